import { mkdirSync, closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { QueryTypes, type Sequelize } from 'sequelize';
import { backOff } from './with-retries.ts';
import { kindOf } from './translate-error.ts';

/** Makes the file and its folder, for the eyes of this account only, unless they are there already. */
export function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

const ATTEMPTS = 40;

/**
 * Makes the file what it stays for good: WAL, and able to give space back. Safe to repeat, also by several processes at
 * a time.
 */
export async function prepareFile(sequelize: Sequelize): Promise<void> {
  // The change needs the file alone for a moment, and SQLite does not always wait for that. It is waited for here,
  // because SQLite would do it in one of the four threads that it shares with whoever has the file.
  await sequelize.query('PRAGMA busy_timeout = 0');
  for (let attempt = 1; !(await isPrepared(sequelize)); attempt += 1) {
    if (attempt === ATTEMPTS) throw new Error('Another process keeps the database file locked.');
    await backOff(Math.min(attempt, 5));
  }
  await sequelize.query('PRAGMA busy_timeout = 5000');
}

async function isPrepared(sequelize: Sequelize): Promise<boolean> {
  try {
    const [now] = await sequelize.query<{ journal_mode: string }>('PRAGMA journal_mode', { type: QueryTypes.SELECT });
    if (now?.journal_mode === 'wal') return true;
    // It has to come before the first table, and before WAL writes the first page.
    await sequelize.query('PRAGMA auto_vacuum = INCREMENTAL');
    await sequelize.query('PRAGMA journal_mode = WAL', { type: QueryTypes.SELECT });
    return true;
  } catch (error) {
    if (kindOf(error) !== 'conflict') throw error;
    return false;
  }
}
