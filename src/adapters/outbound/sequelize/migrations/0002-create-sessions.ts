import { createTable } from './create-table.ts';

export const createSessions = createTable('0002-create-sessions', {
  name: 'sessions',
  columns: {
    id: 'id',
    user_id: 'id',
    refresh_digest: 'digest',
    created_at: 'time',
    used_at: 'time',
    expires_at: 'time',
    ended_at: 'time?',
    user_agent: 'text',
  },
  primaryKey: 'id',
  indexes: { sessions_user_id: 'user_id' },
});
