import { createTable } from './create-table.ts';

export const createInviteUses = createTable('0024-create-invite-uses', {
  name: 'invite_uses',
  columns: { invite_id: 'id', user_id: 'id', used_at: 'time' },
  primaryKey: 'invite_id, user_id',
  references: { invite_id: 'room_invites', user_id: 'users' },
});
