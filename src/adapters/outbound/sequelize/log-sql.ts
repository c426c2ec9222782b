import type { Dialect } from './stored-time.ts';

const INTO = `INSERT INTO room_log
  (room_id, seq, id, type, actor_id, client_message_id, content, data, created_at)`;
export const INSERT = `${INTO} VALUES ?`;
export const INSERT_NEXT = `${INTO}
  SELECT ?, COALESCE(MAX(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM room_log WHERE room_id = ?`;

const DRAFT = ['n', 'room_id', 'id', 'actor_id', 'client_message_id', 'content', 'created_at'];
const FIRST = `SELECT ${DRAFT.map((column) => `? AS ${column}`).join(', ')}`;
const NEXT = ` UNION ALL SELECT ${DRAFT.map(() => '?').join(', ')}`;

/**
 * How statements that follow a room's order name the table. The optimisers of MySQL and MariaDB weigh by statistics,
 * and now and then prefer the index of clients' keys and a sort, or even read a whole room for its last entry.
 */
export const orderedLog: Record<Dialect, (alias: string) => string> = {
  mysql: (alias) => `room_log ${alias} FORCE INDEX (PRIMARY)`,
  sqlite: (alias) => `room_log ${alias}`,
};

/**
 * The seq of the last entry of a room, as an expression. MySQL uses the key's order only if all of the key is named.
 */
export const headOf = (roomId: string, dialect: Dialect, lock: 'FOR UPDATE' | '' = ''): string =>
  `(SELECT h.seq FROM ${orderedLog[dialect]('h')} WHERE h.room_id = ${roomId}
    ORDER BY h.room_id DESC, h.seq DESC LIMIT 1 ${lock})`;

/** A derived table of drafts, each with its place among them. */
export const tableOfDrafts = (count: number): string => FIRST + NEXT.repeat(count - 1);

/**
 * Stores drafts behind what is there, in one statement: the rooms with their heads, then the drafts of those who are
 * members. Each head once, in the derived table: beside each draft it would be read for every row, past all that
 * others have not committed yet.
 */
export const INSERT_BEHIND: Record<Dialect, (drafts: string, heads: string) => string> = {
  mysql: (drafts, heads) => `${INTO}
    SELECT STRAIGHT_JOIN r.id, COALESCE(r.head, 0) + ROW_NUMBER() OVER (PARTITION BY r.id ORDER BY d.n),
      d.id, 'message', d.actor_id, d.client_message_id, d.content, NULL, d.created_at
    FROM (SELECT rooms.id, ${heads} AS head FROM rooms WHERE rooms.id IN (?) ORDER BY rooms.id FOR UPDATE) r
    JOIN (${drafts}) d ON d.room_id = r.id
    WHERE EXISTS (
      SELECT 1 FROM room_members m WHERE m.room_id = r.id AND m.user_id = CONVERT(d.actor_id USING ascii)
    )`,
  sqlite: (drafts, heads) => `${INTO}
    SELECT r.id, COALESCE(r.head, 0) + ROW_NUMBER() OVER (PARTITION BY r.id ORDER BY d.n),
      d.id, 'message', d.actor_id, d.client_message_id, d.content, NULL, d.created_at
    FROM (SELECT rooms.id, ${heads} AS head FROM rooms WHERE rooms.id IN (?)) r
    JOIN (${drafts}) d ON d.room_id = r.id
    WHERE EXISTS (SELECT 1 FROM room_members m WHERE m.room_id = r.id AND m.user_id = d.actor_id)`,
};
