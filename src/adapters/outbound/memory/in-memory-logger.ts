import type { Logger } from '../../../application/ports/index.ts';

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

const LINES_MAX = 10_000;

/** Keeps the newest lines as they were given, without redaction: tests look in them for what must not be logged. */
export class InMemoryLogger implements Logger {
  readonly #lines: LogLine[] = [];

  /** Oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  debug(fields: LogLine['fields'], message: string): void {
    this.#keep({ level: 'debug', fields, message });
  }

  info(fields: LogLine['fields'], message: string): void {
    this.#keep({ level: 'info', fields, message });
  }

  warn(fields: LogLine['fields'], message: string): void {
    this.#keep({ level: 'warn', fields, message });
  }

  error(fields: LogLine['fields'], message: string): void {
    this.#keep({ level: 'error', fields, message });
  }

  #keep(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > LINES_MAX) this.#lines.shift();
  }
}
