import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../support/harness/site.ts';

const BIG_MS = 120_000;

/** A command in a terminal of its own. */
export interface Terminal {
  /** Everything that was printed so far. */
  output(): string;
  /** Resolves to what of the output matches first. */
  shows(pattern: RegExp): Promise<string>;
  /** Ctrl-C; resolves when all that the command has started is gone. */
  interrupt(): Promise<void>;
}

/** Types a command where the README would have it typed: in the directory of the clone. */
export function type(command: string, env: Record<string, string> = {}): Terminal {
  const { PATH = '', HOME = '' } = process.env;
  const shell = spawn('bash', ['-c', command], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, as a terminal makes one, so that an interrupt reaches what the command has started.
    detached: true,
  });
  let written = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (data: Buffer) => (written += data.toString()));
  const ended = once(shell, 'close');
  const isOver = () => shell.exitCode !== null || shell.signalCode !== null;
  return {
    output: () => written,
    shows: async (pattern) => {
      const found = () => pattern.exec(written)?.[0];
      await until(`${command} shows ${pattern}`, () => found() !== undefined || isOver(), BIG_MS).catch(
        () => undefined,
      );
      const text = found();
      if (text === undefined) throw new Error(`${command} does not show ${pattern}, but:\n${written}`);
      return text;
    },
    interrupt: async () => {
      if (!isOver()) process.kill(-(shell.pid ?? 0), 'SIGINT');
      await ended;
    },
  };
}
