import { createTable } from './create-table.ts';

export const createRoomInvites = createTable('0005-create-room-invites', {
  name: 'room_invites',
  columns: {
    id: 'id',
    room_id: 'id',
    code_digest: 'digest',
    created_by: 'id',
    created_at: 'time',
    expires_at: 'time?',
    max_uses: 'count?',
    uses: 'count',
    revoked_at: 'time?',
  },
  primaryKey: 'id',
  unique: { room_invites_code_digest: 'code_digest' },
  indexes: { room_invites_room_id: 'room_id' },
  references: { room_id: 'rooms' },
});
