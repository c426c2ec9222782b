import type { Migration } from './migration.ts';

const COLUMNS = {
  slow_mode_seconds: { mysql: 'INT UNSIGNED NOT NULL DEFAULT 0', sqlite: 'INTEGER NOT NULL DEFAULT 0' },
  read_only: { mysql: 'BOOLEAN NOT NULL DEFAULT FALSE', sqlite: 'INTEGER NOT NULL DEFAULT 0' },
  limit_messages: { mysql: 'INT UNSIGNED NULL', sqlite: 'INTEGER NULL' },
  limit_seconds: { mysql: 'INT UNSIGNED NULL', sqlite: 'INTEGER NULL' },
} as const;

/** The defaults are how rooms were before, so nodes of the version before go on writing beside new ones. */
export const addRoomSettings: Migration = {
  name: '0022-add-room-settings',
  up: async ({ dialect, run, columnExists }) => {
    for (const [column, types] of Object.entries(COLUMNS)) {
      if (await columnExists('rooms', column)) continue;
      await run(`ALTER TABLE rooms ADD COLUMN ${column} ${types[dialect]}`);
    }
  },
};
