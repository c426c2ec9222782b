import { createTable } from './create-table.ts';

/** How far each import has come. A row changes in the transaction that writes what it tells of. */
export const createImports = createTable('0032-create-imports', {
  name: 'imports',
  columns: { id: 'word', position: 'text', updated_at: 'time' },
  primaryKey: 'id',
});
