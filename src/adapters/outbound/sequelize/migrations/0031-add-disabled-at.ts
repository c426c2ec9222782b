import type { Migration } from './migration.ts';

/**
 * Old code leaves the column alone. It also lets a disabled user sign in, so whoever disables one while nodes of the
 * version before still run has to do it again when they are gone.
 */
export const addDisabledAt: Migration = {
  name: '0031-add-disabled-at',
  up: async ({ dialect, run, columnExists }) => {
    if (await columnExists('users', 'disabled_at')) return;
    await run(`ALTER TABLE users ADD COLUMN disabled_at ${dialect === 'mysql' ? 'DATETIME(3)' : 'TEXT'} NULL`);
  },
};
