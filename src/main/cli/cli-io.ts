import type { Readable, Writable } from 'node:stream';

/** What a command sees of the process that it runs in, so that a test can be the process. */
export interface CliIo {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** The answer, for people or, with --json, for programs. */
  readonly stdout: Writable & { readonly isTTY?: boolean };
  /** Questions, progress, notes and errors. */
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
}

/** The answer of a command: one JSON document for a program, or lines for a person. */
export function answer(io: CliIo, asJson: boolean, value: object, lines: readonly string[]): void {
  io.stdout.write(asJson ? `${JSON.stringify(value, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''));
}

export function note(io: CliIo, text: string): void {
  io.stderr.write(`${text}\n`);
}

/** Columns as wide as what is in them; the last one is left as it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What people have called themselves and their rooms, without what a terminal would act upon. */
export const shown = (text: string): string =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
