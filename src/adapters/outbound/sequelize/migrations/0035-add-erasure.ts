import type { Migration } from './migration.ts';

/**
 * Old code leaves the columns alone. It reads a message without a text as an empty one, but does not know the entry
 * that tells of it: whoever erases somebody waits until the nodes of the version before are gone.
 */
export const addErasure: Migration = {
  name: '0035-add-erasure',
  up: async ({ dialect, run, columnExists }) => {
    const add = async (table: string, column: string, type: string) => {
      if (!(await columnExists(table, column))) await run(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
    };
    await add('users', 'erased_at', `${dialect === 'mysql' ? 'DATETIME(3)' : 'TEXT'} NULL`);
    // How long a room keeps texts, and how far in its log they have been looked at for that.
    await add('rooms', 'retention_days', `${dialect === 'mysql' ? 'INT UNSIGNED' : 'INTEGER'} NULL`);
    await add('rooms', 'retention_seq', `${dialect === 'mysql' ? 'BIGINT UNSIGNED' : 'INTEGER'} NOT NULL DEFAULT 0`);
  },
};
