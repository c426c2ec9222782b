import { createTable } from './create-table.ts';

/** Who of another issuer is which user here. The key is a digest: no index takes issuers and subjects of any length. */
export const createExternalIdentities = createTable('0011-create-external-identities', {
  name: 'external_identities',
  columns: {
    id: 'digest',
    issuer: 'foreignName',
    subject: 'foreignName',
    user_id: 'id',
    created_at: 'time',
    tokens_from: 'time?',
  },
  primaryKey: 'id',
  indexes: { external_identities_user_id: 'user_id' },
  references: { user_id: 'users' },
});
