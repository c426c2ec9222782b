import { createTable } from './create-table.ts';

export const createRoomMembers = createTable('0004-create-room-members', {
  name: 'room_members',
  columns: {
    room_id: 'id',
    user_id: 'id',
    role: 'word',
    joined_at: 'time',
    delivered_seq: 'seq',
    read_seq: 'seq',
  },
  primaryKey: 'room_id, user_id',
  indexes: { room_members_user_id: 'user_id, room_id' },
  references: { room_id: 'rooms', user_id: 'users' },
});
