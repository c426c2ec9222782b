import { createTable } from './create-table.ts';

/**
 * The key is the order: the rows of a room lie side by side, and no two writers can take one seq. There is no foreign
 * key: each row of a batch would look up and lock its room's row, which is what an append is spared. A room goes away
 * by RoomPurge alone, which deletes the log first.
 */
export const createRoomLog = createTable('0006-create-room-log', {
  name: 'room_log',
  columns: {
    room_id: 'id',
    seq: 'seq',
    id: 'id',
    type: 'word',
    actor_id: 'id',
    client_message_id: 'clientKey?',
    // A message's text, null for any other entry; `data` is the other way round.
    content: 'text?',
    data: 'text?',
    created_at: 'time',
  },
  primaryKey: 'room_id, seq',
  unique: { room_log_id: 'id', room_log_client_message_id: 'room_id, actor_id, client_message_id' },
});
