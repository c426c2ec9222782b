import { createTable } from './create-table.ts';

/** Of each kind a user has one at most; the key is also the order of a room's lists. */
export const createRoomSanctions = createTable('0023-create-room-sanctions', {
  name: 'room_sanctions',
  columns: {
    room_id: 'id',
    kind: 'word',
    user_id: 'id',
    imposed_by: 'id',
    reason: 'reason?',
    created_at: 'time',
    expires_at: 'time?',
  },
  primaryKey: 'room_id, kind, user_id',
  references: { room_id: 'rooms', user_id: 'users' },
});
