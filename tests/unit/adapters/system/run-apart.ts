import { spawn } from 'node:child_process';

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const REPOSITORY = new URL('../../../../', import.meta.url);

/** Runs a module text in a process of its own. Its imports are relative to the repository. */
export function runApart(script: string, options: { readonly deafAfterMs?: number } = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  }
  if (options.deafAfterMs !== undefined) setTimeout(() => child.stdout.destroy(), options.deafAfterMs);
  // A process that would run for ever fails the test with its signal.
  const killer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(killer);
      resolve({ code, signal, ...texts });
    });
  });
}
