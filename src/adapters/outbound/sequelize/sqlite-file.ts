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

/**
 * Makes the file what it stays for good: WAL, and able to give space back. Safe to repeat, also by several processes at
 * a time.
 */
export async function prepareFile(sequelize: Sequelize): Promise<void> {
  // It has to come before the first table, and before WAL writes the first page.
  await sequelize.query('PRAGMA auto_vacuum = INCREMENTAL');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sequelize.query('PRAGMA journal_mode = WAL', { type: QueryTypes.SELECT });
      return;
    } catch (error) {
      // The change needs the file alone for a moment, and SQLite does not always wait for that.
      if (kindOf(error) !== 'conflict' || attempt === 8) throw error;
    }
    await backOff(attempt);
  }
}
