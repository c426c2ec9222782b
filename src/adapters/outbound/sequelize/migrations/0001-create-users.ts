import { createTable } from './create-table.ts';

export const createUsers = createTable('0001-create-users', {
  name: 'users',
  columns: {
    id: 'id',
    email: 'email',
    email_key: 'uniqueKey',
    username: 'username',
    username_key: 'uniqueKey',
    password_hash: 'hash',
    created_at: 'time',
    last_seen_at: 'time?',
  },
  primaryKey: 'id',
  unique: { users_email_key: 'email_key', users_username_key: 'username_key' },
});
