import { createInterface } from 'node:readline/promises';
import { CliError, EXIT } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';

interface Question {
  /** What is about to happen, and cannot be undone. */
  readonly text: string;
  /** What has to be typed to go on. */
  readonly expected: string;
  /** Whether it was answered on the command line. */
  readonly yes: boolean;
}

/** Goes on only when somebody means it. Without a terminal nobody can be asked, and only --yes will do. */
export async function confirm(io: CliIo, { text, expected, yes }: Question): Promise<void> {
  if (yes) return;
  if (!io.stdin.isTTY) throw new CliError(EXIT.usage, `${text} Add --yes when nobody can be asked.`);
  const terminal = createInterface({ input: io.stdin, output: io.stderr });
  try {
    const typed = await terminal.question(`${text}\nType ${expected} to go on: `);
    if (typed.trim() !== expected) throw new CliError(EXIT.failed, 'Nothing was changed.');
  } finally {
    terminal.close();
  }
}

const SECRET_CHARS_MAX = 1_024;

/** The first line of standard input. A secret is never an argument: others can read those in the list of processes. */
export async function readSecret(io: CliIo): Promise<string> {
  if (io.stdin.isTTY) {
    throw new CliError(
      EXIT.usage,
      'Pipe the password in, so that it does not show: printf %s "$PASSWORD" | parley ...',
    );
  }
  let text = '';
  for await (const chunk of io.stdin) {
    text += String(chunk);
    if (text.length > SECRET_CHARS_MAX) break;
  }
  const [line = ''] = text.split(/\r?\n/, 1);
  if (line === '') throw new CliError(EXIT.usage, 'There was no password on standard input.');
  return line;
}
