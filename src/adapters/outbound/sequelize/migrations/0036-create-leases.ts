import { createTable } from './create-table.ts';

/** Which node does what only one is to do, and until when. */
export const createLeases = createTable('0036-create-leases', {
  name: 'leases',
  columns: { name: 'word', holder: 'digest', until_at: 'time' },
  primaryKey: 'name',
});
