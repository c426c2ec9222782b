import { createTable } from './create-table.ts';

export const createRooms = createTable('0003-create-rooms', {
  name: 'rooms',
  columns: {
    id: 'id',
    name: 'roomName',
    name_key: 'searchKey',
    is_private: 'flag',
    invite_code: 'digest',
    created_by: 'id',
    created_at: 'time',
  },
  primaryKey: 'id',
  unique: { rooms_invite_code: 'invite_code' },
  // Public rooms, newest id first.
  indexes: { rooms_is_private_id: 'is_private, id' },
});
