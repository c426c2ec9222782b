import { randomUUID } from 'node:crypto';
import { Sequelize } from 'sequelize';

/**
 * What the database takes when nothing stands before it: multi-row inserts of 200 into a table of the shape of room_log.
 * Prints one line of JSON. Arguments: the number of seconds, and how many batches are on their way at a time.
 */

const [seconds = '3', lanes = '1'] = process.argv.slice(2);
const batchRows = 200;
const warmUpMs = 500;
const sequelize = new Sequelize(process.env['DATABASE_URL'] ?? '', {
  dialect: 'mysql',
  logging: false,
  pool: { max: Number(lanes) },
});
const ascii = 'CHARACTER SET ascii COLLATE ascii_bin';

await sequelize.query(`CREATE TABLE IF NOT EXISTS raw_log (
  room_id CHAR(36) ${ascii} NOT NULL, seq BIGINT UNSIGNED NOT NULL, id CHAR(36) ${ascii} NOT NULL,
  type VARCHAR(32) ${ascii} NOT NULL, actor_id CHAR(36) ${ascii} NOT NULL, client_message_id VARBINARY(256) NULL,
  content TEXT NULL, data TEXT NULL, created_at DATETIME(3) NOT NULL,
  PRIMARY KEY (room_id, seq), UNIQUE (id), UNIQUE (room_id, actor_id, client_message_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC`);

const rooms = Array.from({ length: 10 }, () => ({ id: randomUUID(), head: 0 }));
const actor = randomUUID();
const text = 'a message of ordinary length, as people send them all day';
let sent = 0;

/** Time first, as our own ids have it, so that the index over them grows at its end. */
function orderedId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const count = (sent % 4_096).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-8000-${(sent % 0xffffffffffff).toString(16).padStart(12, '0')}`;
}

function nextBatch(): unknown[][] {
  const room = rooms[Math.floor(sent / batchRows) % rooms.length] ?? { id: actor, head: 0 };
  const at = new Date().toISOString().replace('T', ' ').replace('Z', '');
  return Array.from({ length: batchRows }, () => {
    sent += 1;
    room.head += 1;
    return [room.id, room.head, orderedId(), 'message', actor, `client-${sent}`, text, null, at];
  });
}

let committed = 0;

async function insertUntil(endMs: number): Promise<void> {
  while (performance.now() < endMs) {
    const replacements = [nextBatch()];
    await sequelize.query(
      'INSERT INTO raw_log (room_id, seq, id, type, actor_id, client_message_id, content, data, created_at) VALUES ?',
      { replacements },
    );
    committed += batchRows;
  }
}

const inParallel = async (endMs: number) =>
  Promise.all(Array.from({ length: Number(lanes) }, async () => insertUntil(endMs)));

await inParallel(performance.now() + warmUpMs);
committed = 0;
const start = performance.now();
await inParallel(start + Number(seconds) * 1_000);
const rowsPerSecond = (committed * 1_000) / (performance.now() - start);
await sequelize.query('DROP TABLE raw_log');
await sequelize.close();
console.log(JSON.stringify({ rowsPerSecond }));
