import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ChildServer {
  readonly url: string;
  stop(): Promise<void>;
}

type Env = Readonly<Record<string, string | undefined>>;

const MAIN = fileURLToPath(new URL(`../main${extname(import.meta.url)}`, import.meta.url));

/** What would be refused or would cost something that is not measured, and what belongs to another server. */
const SETTINGS = {
  ...{ NODE_ENV: 'development', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', REDIS_URL: '', EXTERNAL_ISSUER: '' },
  ...{
    BUILT_IN_ACCOUNTS: 'on',
    BCRYPT_COST: '4',
    API_DOCS: 'off',
    DEMO_PAGE: 'off',
    METRICS: 'off',
    OTEL_EXPORTER_OTLP_ENDPOINT: '',
  },
  ...{ MESSAGE_RATE_LIMIT: 'off', AUTH_RATE_LIMIT: 'off', SOCKET_RATE_LIMIT: 'off', CONNECTION_LIMIT: 'off' },
};

/**
 * This version of the server, in a process of its own as always, on another database; it ends when it is interrupted.
 * Rejects with what it wrote.
 */
export async function startChildServer(env: Env, databaseUrl: string, interrupt: AbortSignal): Promise<ChildServer> {
  const own = { DATABASE_URL: databaseUrl, JWT_SECRET: randomBytes(48).toString('base64') };
  const child = spawn(process.execPath, [...process.execArgv, MAIN, 'serve'], {
    env: { ...env, ...SETTINGS, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: interrupt,
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  // It cannot be started, or is interrupted: it closes all the same.
  child.on('error', () => undefined);
  let written = '';
  const port = await new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => {
        // The output goes on for as long as the server lives.
        written = (written + data.toString()).slice(-10_000);
        const line = /^\{.*parley is listening.*$/m.exec(written)?.[0];
        if (line !== undefined) resolve((JSON.parse(line) as { readonly port: number }).port);
      });
    }
    void ended.then(() => reject(new Error(`The server did not start: ${written.trim()}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
