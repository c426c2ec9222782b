import type { Migration } from './migration.ts';

/** Old code leaves the column alone, so nodes of the version before go on beside new ones. */
export const addUnreadMarks: Migration = {
  name: '0007-add-unread-marks',
  up: async ({ dialect, run, columnExists }) => {
    if (await columnExists('room_members', 'unread_from_seq')) return;
    const type = dialect === 'mysql' ? 'BIGINT UNSIGNED' : 'INTEGER';
    await run(`ALTER TABLE room_members ADD COLUMN unread_from_seq ${type} NULL`);
  },
};
