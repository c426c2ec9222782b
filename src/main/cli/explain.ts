import { CommanderError } from 'commander';
import { AppError, type ErrorCode } from '../../application/errors/app-error.ts';
import { redactText } from '../../adapters/outbound/system/redact-fields.ts';
import { ConfigError } from '../config/config.ts';
import { CliError, EXIT, type ExitCode } from './cli-error.ts';

export interface Explanation {
  readonly exitCode: ExitCode;
  /** Null when all has been said. */
  readonly text: string | null;
}

const NOT_FOUND: readonly ErrorCode[] = ['NOT_FOUND', 'ROOM_NOT_FOUND', 'USER_NOT_FOUND', 'MESSAGE_NOT_FOUND'];

/** What the codes of drivers and of the operating system mean here, and what to do. */
const KNOWN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens at the address of the database. Is it running, and are host and port right?',
  ENOTFOUND: 'The host of the database is not known. Is its name right?',
  ETIMEDOUT: 'The database does not answer. Does a firewall stand between?',
  ER_ACCESS_DENIED_ERROR: 'The database refuses the user or the password.',
  ER_DBACCESS_DENIED_ERROR: 'The user of the database may not use this database.',
  ER_BAD_DB_ERROR: 'The server has no such database. Create it: CREATE DATABASE <name> CHARACTER SET utf8mb4',
  ER_TABLEACCESS_DENIED_ERROR: 'The user of the database lacks a right on a table.',
  HANDSHAKE_NO_SSL_SUPPORT: 'The database does not offer encryption.',
  SQLITE_CANTOPEN: 'The database file cannot be opened. May this account read and write it and its folder?',
  SQLITE_READONLY: 'This account may not write the database file or its folder.',
  SQLITE_NOTADB: 'The database file is not a SQLite database.',
  SQLITE_CORRUPT: 'The database file is damaged. Restore a backup.',
  SQLITE_BUSY: 'Another process keeps the database file locked.',
  EACCES: 'This account may not open a file that it needs.',
  EEXIST: 'There is a file of that name already. Name another one.',
  ENOENT: 'There is no such folder. Make it first.',
  ENOSPC: 'The disk is full.',
  SQLITE_FULL: 'The disk is full.',
};

/** In words, without a stack, SQL, values or a secret. */
export function explain(error: unknown): Explanation {
  if (error instanceof CliError) return { exitCode: error.exitCode, text: error.message };
  if (error instanceof ConfigError) return { exitCode: EXIT.configuration, text: error.message };
  // The parser has written it.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage, text: null };
  if (error instanceof AppError && error.code !== 'OVERLOADED' && error.code !== 'INTERNAL') return ofApp(error);
  return { exitCode: EXIT.failed, text: ofFailure(error) };
}

function ofApp(error: AppError): Explanation {
  if (NOT_FOUND.includes(error.code)) return { exitCode: EXIT.found, text: error.message };
  if (error.code === 'VALIDATION_FAILED') return { exitCode: EXIT.usage, text: error.message };
  return { exitCode: EXIT.failed, text: error.message };
}

function ofFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'Something failed that nobody foresaw.';
  const code = codeOf(error);
  const known = code === undefined ? undefined : KNOWN[code];
  if (known !== undefined) return `${known} (${code})`;
  // The text of such an error can quote the statement and what was in it.
  if ('sql' in error || 'original' in error) return `The database refused a statement (${code ?? error.name}).`;
  return redactText(error.message === '' ? error.name : error.message);
}

/** Of the error, or of the one behind it. */
function codeOf(error: Error): string | undefined {
  const { code, original, cause } = error as { code?: unknown; original?: unknown; cause?: unknown };
  for (const behind of [original, cause]) {
    const deeper = behind instanceof Error ? codeOf(behind) : undefined;
    if (deeper !== undefined) return deeper;
  }
  // An AppError has a code too, which is about something else.
  return typeof code === 'string' && !(error instanceof AppError) ? code : undefined;
}
