import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly timeout?: number;
}

/** Runs a program to its end and returns its standard output; its last words are in the error if it fails. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { maxBuffer: 64 * 1024 * 1024, ...options });
    return stdout;
  } catch (error) {
    throw new Error(`${[command, ...args.slice(0, 2)].join(' ')} failed: ${lastWords(error)}`, { cause: error });
  }
}

export async function succeeds(command: string, args: readonly string[], options?: RunOptions): Promise<boolean> {
  return run(command, args, options).then(
    () => true,
    () => false,
  );
}

function lastWords(error: unknown): string {
  const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message?: string };
  const words = [stdout, stderr].map((text) => text?.trim() ?? '').filter((text) => text !== '');
  return (words.length > 0 ? words.join('\n') : (message ?? 'no reason given')).split('\n').slice(-12).join('\n');
}

// Server programs are commonly outside an ordinary user's PATH.
const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/libexec'];

export async function findProgram(name: string, nearby: readonly string[] = []): Promise<string | undefined> {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '');
  for (const directory of [...nearby, ...onPath, ...systemDirectories]) {
    const file = join(directory, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('The system gave no port number.'));
      });
    });
  });
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Where things that are costly to fetch are kept between test runs. */
export async function cacheDirectory(): Promise<string> {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const directory = process.env['PARLEY_TEST_CACHE'] ?? join(base, 'parley-tests');
  await mkdir(directory, { recursive: true });
  return directory;
}
