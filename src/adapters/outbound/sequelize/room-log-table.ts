import type { Transaction } from 'sequelize';
import type { ChangeDraft, LogRange, MessageDraft } from '../../../application/ports/index.ts';
import { isMessage, type MessageEntry, type RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Database } from './database.ts';
import { headOf, INSERT, INSERT_BEHIND, INSERT_NEXT, orderedLog, tableOfDrafts } from './log-sql.ts';
import { COLUMNS, toEntry, valuesOf, type LogRow } from './log-row.ts';
import { timeText } from './stored-time.ts';

// A row that is found is held against all ranges of its statement, so many ranges in one cost more than they save.
const RANGES_MAX = 50;
const ROOMS_MAX = 500;
const TUPLES_MAX = 250;
const UNITED_MAX = 100;

interface Place {
  readonly roomId: RoomId;
  readonly seq: number;
}

/** The statements about the table `room_log`, for both dialects. Errors are the driver's own. */
export class RoomLogTable {
  readonly #database: Database;
  /** Up to the table's name: which of its indexes is right depends on the conditions that follow. */
  readonly #columns: string;
  readonly #ordered: string;
  /** Rows of values to compare with, for a replacement that is a list of lists. */
  readonly #oneOf: string;

  constructor(database: Database) {
    this.#database = database;
    this.#columns = `SELECT ${COLUMNS[database.dialect]} FROM`;
    this.#ordered = orderedLog[database.dialect]('l');
    this.#oneOf = database.dialect === 'mysql' ? 'IN (?)' : 'IN (VALUES ?)';
  }

  /** One statement: all of the entries, or none. */
  async insert(entries: readonly RoomEntry[], transaction: Transaction | null): Promise<void> {
    const { dialect } = this.#database;
    const rows = entries.map((entry) => valuesOf(entry, dialect));
    await this.#database.insertRows(INSERT, rows, transaction);
  }

  /** Gives the draft the next seq of its room and resolves to it. */
  async insertNext(draft: ChangeDraft, transaction: Transaction | null): Promise<number> {
    const [roomId, , ...others] = valuesOf({ ...draft, seq: 0 }, this.#database.dialect);
    // Found and taken in one statement, to be in time in a room where others write all the while.
    const values = [roomId, ...others, roomId];
    await this.#database.change(INSERT_NEXT, values, transaction);
    const taken = 'SELECT seq FROM room_log WHERE id = ?';
    const [row] = await this.#database.rows<{ seq: number }>(taken, [draft.id], transaction);
    return Number(row?.seq);
  }

  /**
   * Numbers and stores the drafts of those who are members, behind what is in their rooms; resolves to the seqs by the
   * ids of the drafts, none for a draft that was left out. On a server it holds the locks of the rooms meanwhile.
   *
   * Heads and members are read in one view of the data, which is taken after the locks are granted, as nothing is read
   * before; were it older, an entry that it misses would have a seq that this takes, and the key refuse it. In a
   * transaction that has the locks already it waits, for the heads, for what others have not committed.
   */
  async insertBehind(drafts: readonly MessageDraft[], transaction: Transaction | null): Promise<Map<string, number>> {
    const { dialect } = this.#database;
    const seqs = new Map<string, number>();
    const heads = headOf('rooms.id', dialect, transaction !== null && dialect === 'mysql' ? 'FOR UPDATE' : '');
    for (const some of chunks(drafts, TUPLES_MAX)) {
      const sql = INSERT_BEHIND[dialect](tableOfDrafts(some.length), heads);
      const values = some.flatMap(({ id, roomId, senderId, clientMessageId, content, createdAtMs }, n) => {
        return [n, roomId, id, senderId, clientMessageId, content, timeText(createdAtMs, dialect)];
      });
      const rooms = [...new Set(some.map(({ roomId }) => roomId))];
      await this.#database.change(sql, [rooms, ...values], transaction);
      const placed = 'SELECT id, seq FROM room_log WHERE id IN (?)';
      const ids = some.map(({ id }) => id);
      const rows = await this.#database.rows<{ id: string; seq: number }>(placed, [ids], transaction);
      for (const { id, seq } of rows) seqs.set(id, Number(seq));
    }
    return seqs;
  }

  async head(roomId: RoomId, transaction: Transaction | null): Promise<number> {
    const sql = 'SELECT MAX(seq) AS seq FROM room_log WHERE room_id = ?';
    const [row] = await this.#database.rows<{ seq: number | null }>(sql, [roomId], transaction);
    return Number(row?.seq ?? 0);
  }

  async heads(roomIds: readonly RoomId[], transaction: Transaction | null): Promise<Map<RoomId, number>> {
    const heads = new Map<RoomId, number>();
    for (const some of chunks(roomIds, ROOMS_MAX)) {
      const sql = `SELECT r.id, ${headOf('r.id', this.#database.dialect)} AS seq FROM rooms r WHERE r.id IN (?)`;
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
      const [where, values] = withinAny(some);
      for (const entry of await this.inOrder(`WHERE ${where} ORDER BY room_id, seq`, values, transaction)) {
        const last = entries.at(-1);
        if (last?.roomId !== entry.roomId || last.seq < entry.seq) entries.push(entry);
      }
    }
    return entries;
  }

  /** The entries that one of the drafts, or an earlier send of the same message, has left. */
  async written(drafts: readonly MessageDraft[], transaction: Transaction | null): Promise<MessageEntry[]> {
    const keys = drafts.filter(hasKey).map((draft) => [draft.roomId, draft.senderId, draft.clientMessageId]);
    const others = drafts.filter((draft) => !hasKey(draft)).map(({ id }) => id);
    const entries: RoomEntry[] = [];
    for (const some of chunks(keys, TUPLES_MAX)) {
      const where = `WHERE (room_id, actor_id, client_message_id) ${this.#oneOf}`;
      entries.push(...(await this.select(where, [some], transaction)));
    }
    for (const some of chunks(others, TUPLES_MAX)) {
      entries.push(...(await this.select('WHERE id IN (?)', [some], transaction)));
    }
    return entries.filter(isMessage);
  }

  /** Which of the drafts come from members of their rooms. */
  async ofMembers(drafts: readonly MessageDraft[], transaction: Transaction | null): Promise<MessageDraft[]> {
    const placeOf = (roomId: string, userId: string) => `${roomId}/${userId}`;
    const pairs = new Map(drafts.map(({ roomId, senderId }) => [placeOf(roomId, senderId), [roomId, senderId]]));
    const members = new Set<string>();
    for (const some of chunks([...pairs.values()], TUPLES_MAX)) {
      const sql = `SELECT room_id, user_id FROM room_members WHERE (room_id, user_id) ${this.#oneOf}`;
      const rows = await this.#database.rows<{ room_id: string; user_id: string }>(sql, [some], transaction);
      for (const { room_id, user_id } of rows) members.add(placeOf(room_id, user_id));
    }
    return drafts.filter(({ roomId, senderId }) => members.has(placeOf(roomId, senderId)));
  }

  /** How many messages of others lie in each range, one for a room. Rooms without any are left out. */
  async countMessages(ranges: readonly LogRange[], exceptOf: UserId): Promise<Map<RoomId, number>> {
    const counts = new Map<RoomId, number>();
    for (const some of chunks(ranges.filter(isSpan), RANGES_MAX)) {
      const [where, values] = withinAny(some);
      const sql = `SELECT room_id, COUNT(*) AS count FROM ${this.#ordered}
        WHERE (${where}) AND type = 'message' AND actor_id <> ? GROUP BY room_id`;
      const rows = await this.#database.rows<{ room_id: string; count: number }>(sql, [...values, exceptOf]);
      for (const { room_id, count } of rows) counts.set(room_id as RoomId, Number(count));
    }
    return counts;
  }

  /** The entries at exact places, in no particular order. */
  async atPlaces(places: readonly Place[]): Promise<RoomEntry[]> {
    const entries: RoomEntry[] = [];
    for (const some of chunks(places, TUPLES_MAX)) {
      const tuples = some.map(({ roomId, seq }) => [roomId, seq]);
      entries.push(...(await this.inOrder(`WHERE (room_id, seq) ${this.#oneOf}`, [tuples], null)));
    }
    return entries;
  }

  /** Ascending by seq. Of what the user did not make, whatever has the user's id in it. */
  async tracesOf(
    { roomId, afterSeq, toSeq }: LogRange,
    userId: UserId,
    transaction: Transaction | null,
  ): Promise<RoomEntry[]> {
    const where = `WHERE room_id = ? AND seq > ? AND seq <= ?
      AND (actor_id = ? OR (type <> 'message' AND data LIKE ?)) ORDER BY room_id, seq`;
    return this.inOrder(where, [roomId, afterSeq, toSeq, userId, `%${userId}%`], transaction);
  }

  /** The last message at or before each place, where there is one. */
  async lastMessages(places: readonly Place[]): Promise<MessageEntry[]> {
    const one = `SELECT * FROM (${this.#columns} ${this.#ordered} WHERE room_id = ? AND seq <= ? AND type = 'message'
      ORDER BY room_id DESC, seq DESC LIMIT 1) AS last`;
    const entries: RoomEntry[] = [];
    for (const some of chunks(places, UNITED_MAX)) {
      const values = some.flatMap(({ roomId, seq }) => [roomId, seq]);
      entries.push(...(await this.#entries(united(one, some.length), values, null)));
    }
    return entries.filter(isMessage);
  }

  /** Entries by conditions that any index may serve. */
  async select(where: string, values: readonly unknown[], transaction: Transaction | null): Promise<RoomEntry[]> {
    return this.#entries(`${this.#columns} room_log ${where}`, values, transaction);
  }

  /** Entries by conditions on rooms and seqs. */
  async inOrder(where: string, values: readonly unknown[], transaction: Transaction | null): Promise<RoomEntry[]> {
    return this.#entries(`${this.#columns} ${this.#ordered} ${where}`, values, transaction);
  }

  async #entries(sql: string, values: readonly unknown[], transaction: Transaction | null): Promise<RoomEntry[]> {
    return (await this.#database.rows<LogRow>(sql, values, transaction)).map(toEntry);
  }
}

const isSpan = ({ afterSeq, toSeq }: LogRange): boolean => afterSeq < toSeq;

const withinAny = (ranges: readonly LogRange[]): [where: string, values: unknown[]] => [
  ranges.map(() => '(room_id = ? AND seq > ? AND seq <= ?)').join(' OR '),
  ranges.flatMap(({ roomId, afterSeq, toSeq }) => [roomId, afterSeq, toSeq]),
];

/** As many times the same SELECT: each finds its own way, which neither OR nor GROUP BY is sure to do. */
const united = (select: string, times: number): string => Array<string>(times).fill(select).join(' UNION ALL ');

const hasKey = ({ clientMessageId }: MessageDraft): boolean => clientMessageId !== null;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
