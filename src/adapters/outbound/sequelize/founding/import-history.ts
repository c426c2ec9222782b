import { AppError } from '../../../../application/errors/app-error.ts';
import type { Clock } from '../../../../application/ports/index.ts';
import type { MessageId } from '../../../../domain/message/message.ts';
import type { RoomEntry } from '../../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../../domain/room/room.ts';
import type { UserId } from '../../../../domain/user/user.ts';
import { headOf } from '../log-sql.ts';
import { msOf, timeText, type StoredTime } from '../stored-time.ts';
import { withRetries } from '../with-retries.ts';
import type { FoundingJoin, FoundingMessage } from './founding-rows.ts';
import { contentOf, entryId, msOfText, NOBODY, roleOf } from './founding-values.ts';
import type { ImportTables, KnownRoom, Position } from './import-tables.ts';
import type { Remarks } from './remarks.ts';

export type Happening =
  { readonly kind: 'join'; readonly row: FoundingJoin } | { readonly kind: 'message'; readonly row: FoundingMessage };

interface HistoryDeps {
  readonly tables: ImportTables;
  readonly remarks: Remarks;
  readonly clock: Clock;
  /** Of the source: names its row among the imports. */
  readonly importId: string;
}

interface Batch {
  readonly entries: RoomEntry[];
  readonly members: unknown[][];
  readonly heads: Map<string, number>;
}

const ATTEMPTS_MAX = 5;

/** Turns what happened, in order, into entries of the rooms' logs and memberships. */
export class ImportHistory {
  readonly #deps: HistoryDeps;
  readonly #rooms = new Map<string, KnownRoom | null>();
  #heads = new Map<string, number>();

  constructor(deps: HistoryDeps) {
    this.#deps = deps;
  }

  /**
   * All of it and the position after it in one transaction. What is there already is left out. Safe beside live nodes:
   * where one of them took a seq first, the batch is numbered again.
   */
  async write(happenings: readonly Happening[], position: Position): Promise<void> {
    const { tables, importId, clock } = this.#deps;
    for (let attempt = 1; ; attempt += 1) {
      const batch = await this.#number(happenings);
      const at = timeText(clock.nowMs(), tables.database.dialect);
      try {
        await withRetries(() =>
          tables.database.transaction(async (transaction) => {
            const columns = 'room_id, user_id, role, joined_at, delivered_seq, read_seq';
            await tables.insert('room_members', columns, batch.members, transaction);
            if (batch.entries.length > 0) await tables.insertEntries(batch.entries, transaction);
            await tables.keepPosition(importId, position, at, transaction);
          }),
        );
        for (const [roomId, head] of batch.heads) this.#heads.set(roomId, head);
        return;
      } catch (error) {
        const isTaken = error instanceof AppError && error.code === 'CONFLICT';
        if (!isTaken || attempt === ATTEMPTS_MAX) throw error;
        this.#heads = new Map();
      }
    }
  }

  async #number(happenings: readonly Happening[]): Promise<Batch> {
    const { tables } = this.#deps;
    await this.#meet(happenings);
    const ids = happenings.map(idOf);
    const there = await tables.among('room_log', 'id', ids);
    const joins = happenings.flatMap(({ kind, row }) => (kind === 'join' ? [row] : []));
    const names = await this.#usernames(joins);
    const members = await this.#members(joins);
    const batch: Batch = { entries: [], members: [], heads: new Map() };
    happenings.forEach((happening, index) => {
      const id = ids[index] ?? '';
      const room = this.#rooms.get(happening.row.roomId.toLowerCase());
      if (!room) return this.#leaveOut(happening, 'of a room that does not exist');
      if (there.has(id)) return;
      if (happening.kind === 'message') return this.#message(batch, room, id, happening.row);
      this.#join(batch, room, id, happening.row, { names, members });
    });
    return batch;
  }

  #message(batch: Batch, room: KnownRoom, id: string, row: FoundingMessage): void {
    const { remarks } = this.#deps;
    const { text, isCut } = contentOf(row.content);
    if (isCut) remarks.add('message cut', `${id} is longer than 65,535 bytes`);
    if (row.senderId === null) remarks.add('message without a sender', id);
    const place = this.#next(batch, room, id, (row.senderId ?? NOBODY).toLowerCase(), msOfText(row.createdAt));
    batch.entries.push({ ...place, type: 'message', content: text, clientMessageId: null });
  }

  #join(
    batch: Batch,
    room: KnownRoom,
    id: string,
    row: FoundingJoin,
    known: { readonly names: ReadonlyMap<string, string>; readonly members: Set<string> },
  ): void {
    const userId = row.userId.toLowerCase();
    const username = known.names.get(userId);
    if (username === undefined) return this.#leaveOut({ kind: 'join', row }, 'of a user who does not exist');
    if (known.members.has(`${room.id}/${userId}`)) return;
    known.members.add(`${room.id}/${userId}`);
    const role = roleOf(row.role, userId, room.createdBy);
    const atMs = msOfText(row.joinedAt);
    const place = this.#next(batch, room, id, userId, atMs);
    batch.entries.push({ ...place, type: 'member_joined', userId: userId as UserId, username, role });
    const at = timeText(atMs, this.#deps.tables.database.dialect);
    batch.members.push([room.id, userId, role, at, place.seq, place.seq]);
  }

  /** The next place in the room, after the entry that every log begins with. */
  #next({ entries, heads }: Batch, room: KnownRoom, id: string, actorId: string, createdAtMs: number) {
    const roomId = room.id as RoomId;
    let head = heads.get(room.id) ?? this.#heads.get(room.id) ?? 0;
    if (head === 0) {
      head = 1;
      const created = { id: entryId('room_created', roomId) as MessageId, roomId, seq: 1 };
      const by = { actorId: room.createdBy as UserId, createdAtMs: room.createdAtMs };
      entries.push({ ...created, ...by, type: 'room_created', name: room.name, isPrivate: room.isPrivate });
    }
    heads.set(room.id, head + 1);
    return { id: id as MessageId, roomId, seq: head + 1, actorId: actorId as UserId, createdAtMs };
  }

  #leaveOut({ kind, row }: Happening, why: string): void {
    const which = 'id' in row ? row.id : `${row.userId} in ${row.roomId}`;
    this.#deps.remarks.add(`${kind} ${why}`, which);
  }

  /** Learns of the rooms that have not come up before, and where their logs end. */
  async #meet(happenings: readonly Happening[]): Promise<void> {
    const { database } = this.#deps.tables;
    const all = [...new Set(happenings.map(({ row }) => row.roomId.toLowerCase()))];
    const fresh = all.filter((id) => !this.#rooms.has(id) || !this.#heads.has(id));
    for (let at = 0; at < fresh.length; at += 500) {
      const some = fresh.slice(at, at + 500);
      for (const id of some) this.#rooms.set(id, null);
      const rows = await database.rows<RoomRow>(
        `SELECT r.id, r.name, r.is_private, r.created_by, r.created_at,
           ${headOf('r.id', database.dialect)} AS head FROM rooms r WHERE r.id IN (?)`,
        [some],
      );
      for (const row of rows) {
        const { id, name } = row;
        const known = { id, name, isPrivate: Boolean(row.is_private), createdBy: row.created_by };
        this.#rooms.set(id, { ...known, createdAtMs: msOf(row.created_at) });
        this.#heads.set(id, Number(row.head ?? 0));
      }
    }
  }

  async #usernames(joins: readonly FoundingJoin[]): Promise<ReadonlyMap<string, string>> {
    const ids = [...new Set(joins.map(({ userId }) => userId.toLowerCase()))];
    if (ids.length === 0) return new Map();
    const sql = 'SELECT id, username FROM users WHERE id IN (?)';
    const rows = await this.#deps.tables.database.rows<{ id: string; username: string }>(sql, [ids]);
    return new Map(rows.map(({ id, username }) => [id, username]));
  }

  /** Who is a member already, of those who join here. */
  async #members(joins: readonly FoundingJoin[]): Promise<Set<string>> {
    if (joins.length === 0) return new Set();
    const { database } = this.#deps.tables;
    const pairs = joins.map(({ roomId, userId }) => [roomId.toLowerCase(), userId.toLowerCase()]);
    const oneOf = database.dialect === 'mysql' ? 'IN (?)' : 'IN (VALUES ?)';
    const found = new Set<string>();
    for (let at = 0; at < pairs.length; at += 250) {
      const sql = `SELECT room_id, user_id FROM room_members WHERE (room_id, user_id) ${oneOf}`;
      const some = pairs.slice(at, at + 250);
      const rows = await database.rows<{ room_id: string; user_id: string }>(sql, [some]);
      for (const { room_id, user_id } of rows) found.add(`${room_id}/${user_id}`);
    }
    return found;
  }
}

interface RoomRow {
  readonly id: string;
  readonly name: string;
  readonly is_private: number | boolean;
  readonly created_by: string;
  readonly created_at: StoredTime;
  readonly head: number | null;
}

const idOf = ({ kind, row }: Happening): string =>
  kind === 'message'
    ? row.id.toLowerCase()
    : entryId('member_joined', row.roomId.toLowerCase(), row.userId.toLowerCase());
