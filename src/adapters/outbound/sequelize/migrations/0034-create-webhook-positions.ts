import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const NAME = '0034-create-webhook-positions';

/** No row: the beginning of the room. No reference to rooms, which code of an older version may delete. */
const positions = createTable(NAME, {
  name: 'webhook_positions',
  columns: { webhook_id: 'id', room_id: 'id', seq: 'seq', attempts: 'count', next_attempt_at: 'time?' },
  primaryKey: 'webhook_id, room_id',
  indexes: { webhook_positions_room: 'room_id' },
});

const deadLetters = createTable(NAME, {
  name: 'webhook_dead_letters',
  columns: { webhook_id: 'id', room_id: 'id', seq: 'seq', status: 'count?', died_at: 'time' },
  primaryKey: 'webhook_id, room_id, seq',
  indexes: { webhook_dead_letters_room: 'room_id' },
});

export const createWebhookPositions: Migration = {
  name: NAME,
  up: async (context) => {
    await positions.up(context);
    await deadLetters.up(context);
  },
};
