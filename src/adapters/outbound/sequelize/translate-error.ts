import {
  BaseError,
  ConnectionError,
  ForeignKeyConstraintError,
  UniqueConstraintError,
  type DatabaseError,
} from 'sequelize';
import { AppError } from '../../../application/errors/app-error.ts';
import { WaitedTooLong } from './semaphore.ts';

/**
 * What a failure means for whoever asked. `conflict`: undone, and trying again can succeed. `lost`: nobody knows
 * whether the statement took effect. `unavailable`: the statement was never carried out, the database is not there for
 * us now.
 */
export type FailureKind = 'duplicate' | 'foreign-key' | 'conflict' | 'lost' | 'unavailable' | 'other';

/** Another node took the seq that a unit of work was about to write: the unit has to run again. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

/** A failure of the database without the statement: that holds message text, addresses and digests. */
export class StorageFailure extends Error {
  override readonly name = 'StorageFailure';
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}

// Deadlock, lock wait timeout, record changed since last read (MariaDB's snapshot isolation).
const CONFLICTS = new Set<unknown>([1213, 1205, 1020, 'SQLITE_BUSY', 'SQLITE_LOCKED']);
// Too many connections (of all, of one user), statement timed out, server is read only (a failover), disk or table
// full.
const UNAVAILABLE = new Set<unknown>([1040, 1203, 1226, 3024, 1969, 1290, 1836, 1021, 1114, 'SQLITE_FULL']);
// Server is shutting down, statement or connection was killed.
const LOST = new Set<unknown>([1053, 1317, 1927, 'PROTOCOL_CONNECTION_LOST', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);
// These quote the values of the statement: duplicate entry, incorrect string, incorrect value, syntax error.
const QUOTES_VALUES = new Set<unknown>([1062, 1366, 1292, 1064]);

const RETRY_AFTER_MS = 1_000;

interface DriverError extends Error {
  readonly code?: string;
  readonly errno?: number;
  /** mysql2: the connection did not survive. */
  readonly fatal?: boolean;
}

export function kindOf(error: unknown): FailureKind {
  if (error instanceof LostRace) return 'conflict';
  if (error instanceof WaitedTooLong || error instanceof ConnectionError) return 'unavailable';
  // SQLite reports every broken constraint alike; only those of a key name columns.
  if (error instanceof UniqueConstraintError) return Object.keys(error.fields).length > 0 ? 'duplicate' : 'other';
  if (error instanceof ForeignKeyConstraintError) return 'foreign-key';
  const driver = driverErrorOf(error);
  if (driver === null) return 'other';
  const is = (set: ReadonlySet<unknown>) => set.has(driver.errno) || set.has(driver.code);
  if (is(CONFLICTS)) return 'conflict';
  if (is(UNAVAILABLE)) return 'unavailable';
  return is(LOST) || driver.fatal === true ? 'lost' : 'other';
}

export const isDuplicate = (error: unknown): boolean => kindOf(error) === 'duplicate';

export const overloaded = (cause?: unknown): AppError =>
  new AppError('OVERLOADED', { message: 'The server is busy. Try again.', retryAfterMs: RETRY_AFTER_MS, cause });

/**
 * What leaves the adapter: an AppError where the caller can do something about it, else an error that holds no data.
 */
export function translateError(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const kind = kindOf(error);
  if (kind === 'other') return withoutData(error);
  const cause = withoutData(error);
  return kind === 'duplicate' || kind === 'foreign-key' ? new AppError('CONFLICT', { cause }) : overloaded(cause);
}

function driverErrorOf(error: unknown): DriverError | null {
  if (!(error instanceof Error)) return null;
  const { original } = error as Partial<DatabaseError>;
  return original ?? error;
}

function withoutData(error: Error): Error {
  const driver = driverErrorOf(error);
  if (driver === null || !(error instanceof BaseError)) return error;
  const code = driver.code ?? error.name;
  const told = QUOTES_VALUES.has(driver.errno) ? code : `${code}: ${driver.message}`;
  const failure = new StorageFailure(told, code);
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  failure.stack = [`${failure.name}: ${told}`, ...frames].join('\n');
  return failure;
}
