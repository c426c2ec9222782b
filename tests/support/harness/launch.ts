import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = new URL('../../../src/main/main.ts', import.meta.url).pathname;
const START_MS = 30_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The product as its user starts it: a process of its own, which can be killed and can write a log. */
export interface LaunchedServer {
  readonly url: string;
  /** Everything that it has written so far, to both outputs. */
  output(): string;
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<Ended>;
  /** What does not end it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

const QUICK = {
  PORT: '0',
  HOST: '127.0.0.1',
  BCRYPT_COST: '4',
  MESSAGE_RATE_LIMIT: 'off',
  AUTH_RATE_LIMIT: 'off',
  SOCKET_RATE_LIMIT: 'off',
  CONNECTION_LIMIT: 'off',
};

/** Starts it, or a command of it, with this environment and nothing of ours. */
export function launch(env: Record<string, string>, cwd?: string, args: readonly string[] = []) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN, ...args], {
    env: { PATH, HOME, ...env },
    ...(cwd ? { cwd } : {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (written += data.toString()));
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }));
  return { child, ended, output: () => written };
}

export async function startChild(env: Record<string, string>): Promise<LaunchedServer> {
  const { child, ended, output } = launch({ ...QUICK, ...env });
  const port = await new Promise<number>((resolve, reject) => {
    const look = () => {
      const line = /^\{.*parley is listening.*$/m.exec(output());
      if (line) settle(() => resolve((JSON.parse(line[0]) as { port: number }).port));
    };
    const late = setTimeout(() => settle(() => reject(new Error(`did not start: ${output()}`))), START_MS);
    const settle = (then: () => void) => {
      clearTimeout(late);
      child.stdout.off('data', look);
      then();
    };
    child.stdout.on('data', look);
    void ended.then(() => settle(() => reject(new Error(`ended before it listened: ${output()}`))));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    output,
    signal: (signal) => void child.kill(signal),
    kill: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** A directory that goes when the work is done. */
export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-process-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
