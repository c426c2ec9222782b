import type { Transaction } from 'sequelize';
import type { LogRange, MessageDraft } from '../../../application/ports/index.ts';
import type { MessageId } from '../../../domain/message/message.ts';
import {
  isMessage,
  type EntryPosition,
  type MessageEntry,
  type RoomChangeEntry,
  type RoomEntry,
} from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Database } from './database.ts';
import { msOf, timeText, type Dialect, type StoredTime } from './stored-time.ts';

interface LogRow {
  readonly room_id: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly actor_id: string;
  readonly client_message_id: string | null;
  readonly content: string | null;
  readonly data: string | null;
  readonly created_at: StoredTime;
}

const RANGES_MAX = 100;
const ROOMS_MAX = 500;
const KEYS_MAX = 100;

const INSERT = `INSERT INTO room_log
  (room_id, seq, id, type, actor_id, client_message_id, content, data, created_at) VALUES ?`;

// In MySQL a client's key is binary and would arrive as a Buffer.
const COLUMNS: Record<Dialect, string> = {
  mysql:
    'room_id, seq, id, type, actor_id, CONVERT(client_message_id USING utf8mb4) AS client_message_id, ' +
    'content, data, created_at',
  sqlite: 'room_id, seq, id, type, actor_id, client_message_id, content, data, created_at',
};

/** The statements about the table `room_log`, for both dialects. Errors are the driver's own. */
export class RoomLogTable {
  readonly #database: Database;
  readonly #select: string;

  constructor(database: Database) {
    this.#database = database;
    this.#select = `SELECT ${COLUMNS[database.dialect]} FROM room_log`;
  }

  /** One statement: all of the entries, or none. */
  async insert(entries: readonly RoomEntry[], transaction: Transaction | null): Promise<void> {
    const { dialect } = this.#database;
    await this.#database.change(INSERT, [entries.map((entry) => valuesOf(entry, dialect))], transaction);
  }

  async head(roomId: RoomId, transaction: Transaction | null): Promise<number> {
    const sql = 'SELECT MAX(seq) AS seq FROM room_log WHERE room_id = ?';
    const [row] = await this.#database.rows<{ seq: number | null }>(sql, [roomId], transaction);
    return Number(row?.seq ?? 0);
  }

  async heads(roomIds: readonly RoomId[], transaction: Transaction | null): Promise<Map<RoomId, number>> {
    const heads = new Map<RoomId, number>();
    for (const some of chunks(roomIds, ROOMS_MAX)) {
      // One step into the key for each room. GROUP BY with MAX may read a whole room, and so does MySQL here unless
      // the order names the room as well.
      const sql = `
        SELECT r.id, (
          SELECT l.seq FROM room_log l WHERE l.room_id = r.id ORDER BY l.room_id DESC, l.seq DESC LIMIT 1
        ) AS seq FROM rooms r WHERE r.id IN (?)`;
      const rows = await this.#database.rows<{ id: string; seq: number | null }>(sql, [some], transaction);
      for (const { id, seq } of rows) if (seq !== null) heads.set(id as RoomId, Number(seq));
    }
    return heads;
  }

  /** Ascending by room, then by seq; each entry once however the ranges overlap. */
  async ranges(ranges: readonly LogRange[], transaction: Transaction | null): Promise<RoomEntry[]> {
    const sorted = ranges.filter(isSpan).sort((a, b) => compare(a.roomId, b.roomId) || a.afterSeq - b.afterSeq);
    const entries: RoomEntry[] = [];
    for (const some of chunks(sorted, RANGES_MAX)) {
      const [where, values] = within(some);
      for (const entry of await this.select(`WHERE ${where} ORDER BY room_id, seq`, values, transaction)) {
        const last = entries.at(-1);
        if (last?.roomId !== entry.roomId || last.seq < entry.seq) entries.push(entry);
      }
    }
    return entries;
  }

  /** The entries that one of the drafts, or an earlier send of the same message, has left. */
  async written(drafts: readonly MessageDraft[], transaction: Transaction | null): Promise<MessageEntry[]> {
    const entries: RoomEntry[] = [];
    for (const some of chunks(drafts.filter(hasKey), KEYS_MAX)) {
      const where = some.map(() => '(room_id = ? AND actor_id = ? AND client_message_id = ?)').join(' OR ');
      const values = some.flatMap((draft) => [draft.roomId, draft.senderId, draft.clientMessageId]);
      entries.push(...(await this.select(`WHERE ${where}`, values, transaction)));
    }
    for (const some of chunks(
      drafts.filter((draft) => !hasKey(draft)),
      KEYS_MAX,
    )) {
      entries.push(...(await this.select('WHERE id IN (?)', [some.map(({ id }) => id)], transaction)));
    }
    return entries.filter(isMessage);
  }

  /** How many messages of others lie in each range. Rooms without any are left out; one range for a room. */
  async countMessages(ranges: readonly LogRange[], exceptOf: UserId): Promise<Map<RoomId, number>> {
    const counts = new Map<RoomId, number>();
    for (const some of chunks(ranges.filter(isSpan), RANGES_MAX)) {
      const [where, values] = within(some);
      const sql = `SELECT room_id, COUNT(*) AS count FROM room_log
        WHERE (${where}) AND type = 'message' AND actor_id <> ? GROUP BY room_id`;
      const rows = await this.#database.rows<{ room_id: string; count: number }>(sql, [...values, exceptOf]);
      for (const { room_id, count } of rows) counts.set(room_id as RoomId, Number(count));
    }
    return counts;
  }

  /** The last message of each room that is not above its head, where there is one. */
  async lastMessages(rooms: readonly { readonly roomId: RoomId; readonly headSeq: number }[]): Promise<MessageEntry[]> {
    const entries: RoomEntry[] = [];
    for (const some of chunks(rooms, RANGES_MAX)) {
      const one = `SELECT * FROM (${this.#select} WHERE room_id = ? AND seq <= ? AND type = 'message'
        ORDER BY room_id DESC, seq DESC LIMIT 1) AS last`;
      const values = some.flatMap(({ roomId, headSeq }) => [roomId, headSeq]);
      entries.push(...(await this.#entries(some.map(() => one).join(' UNION ALL '), values, null)));
    }
    return entries.filter(isMessage);
  }

  async select(
    where: string,
    values: readonly unknown[],
    transaction: Transaction | null = null,
  ): Promise<RoomEntry[]> {
    return this.#entries(`${this.#select} ${where}`, values, transaction);
  }

  async #entries(sql: string, values: readonly unknown[], transaction: Transaction | null): Promise<RoomEntry[]> {
    return (await this.#database.rows<LogRow>(sql, values, transaction)).map(toEntry);
  }
}

const isSpan = ({ afterSeq, toSeq }: LogRange): boolean => afterSeq < toSeq;

const within = (ranges: readonly LogRange[]): [where: string, values: unknown[]] => [
  ranges.map(() => '(room_id = ? AND seq > ? AND seq <= ?)').join(' OR '),
  ranges.flatMap(({ roomId, afterSeq, toSeq }) => [roomId, afterSeq, toSeq]),
];

const hasKey = ({ clientMessageId }: MessageDraft): boolean => clientMessageId !== null;

function valuesOf(entry: RoomEntry, dialect: Dialect): unknown[] {
  const { id, roomId, seq, actorId, createdAtMs, type } = entry;
  const at = timeText(createdAtMs, dialect);
  if (type === 'message') return [roomId, seq, id, type, actorId, entry.clientMessageId, entry.content, null, at];
  return [roomId, seq, id, type, actorId, null, null, dataOf(entry), at];
}

// These have columns of their own.
const PLACED = new Set(['id', 'roomId', 'seq', 'actorId', 'createdAtMs', 'type']);

const dataOf = (entry: RoomChangeEntry): string =>
  JSON.stringify(Object.fromEntries(Object.entries(entry).filter(([field]) => !PLACED.has(field))));

function toEntry(row: LogRow): RoomEntry {
  const position: EntryPosition = {
    id: row.id as MessageId,
    roomId: row.room_id as RoomId,
    seq: Number(row.seq),
    actorId: row.actor_id as UserId,
    createdAtMs: msOf(row.created_at),
  };
  if (row.type !== 'message')
    return { ...position, type: row.type, ...JSON.parse(row.data ?? '{}') } as RoomChangeEntry;
  return { ...position, type: 'message', content: row.content ?? '', clientMessageId: row.client_message_id };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
