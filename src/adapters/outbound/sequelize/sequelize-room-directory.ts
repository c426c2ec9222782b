import type { RoomDirectory, RoomSummary } from '../../../application/ports/index.ts';
import type { Role } from '../../../domain/room/member.ts';
import { isMessage, type MessageEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { MemberRow } from './models/member-model.ts';
import type { RoomRow } from './models/room-model.ts';
import { headOf } from './log-sql.ts';
import { RoomLogTable } from './room-log-table.ts';
import type { Scope } from './scope.ts';
import { toRoom } from './sequelize-room-store.ts';
import type { Dialect } from './stored-time.ts';

type Membership = RoomRow &
  Pick<MemberRow, 'role' | 'delivered_seq' | 'read_seq'> & {
    readonly member_count: number;
    readonly head_seq: number | null;
    readonly unread_from_seq: number | null;
  };

interface Placed {
  readonly row: Membership;
  readonly roomId: RoomId;
  readonly headSeq: number;
}

const memberships = (dialect: Dialect): string => `
  SELECT r.*, m.role, m.delivered_seq, m.read_seq, m.unread_from_seq,
    (SELECT COUNT(*) FROM room_members c WHERE c.room_id = m.room_id) AS member_count,
    ${headOf('m.room_id', dialect)} AS head_seq
  FROM room_members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = ?`;

/**
 * A few statements however many rooms there are. The first one fixes the heads; what the others read lies at or below
 * them in a log that only grows, so all of it belongs to one moment without a transaction.
 */
export class SequelizeRoomDirectory implements RoomDirectory {
  readonly #scope: Scope;
  readonly #table: RoomLogTable;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#table = new RoomLogTable(scope.database);
  }

  async summariesOf(userId: UserId): Promise<readonly RoomSummary[]> {
    const { database } = this.#scope;
    const rows = await this.#scope.read(() => database.rows<Membership>(memberships(database.dialect), [userId]));
    const placed = rows.map((row): Placed => ({ row, roomId: row.id as RoomId, headSeq: Number(row.head_seq ?? 0) }));
    const unread = placed.map(({ row, roomId, headSeq }) => ({
      roomId,
      afterSeq: unreadAfter(row),
      toSeq: headSeq,
    }));
    const [counts, latest] = await Promise.all([
      this.#scope.read(() => this.#table.countMessages(unread, userId)),
      this.#scope.read(() => this.#latestMessages(placed)),
    ]);
    return placed
      .map(({ row, roomId, headSeq }) => ({
        room: toRoom(row),
        role: row.role as Role,
        memberCount: Number(row.member_count),
        headSeq,
        deliveredSeq: Number(row.delivered_seq),
        readSeq: Number(row.read_seq),
        unreadCount: counts.get(roomId) ?? 0,
        lastMessage: latest.get(roomId) ?? null,
      }))
      .sort((a, b) => movedAtMs(b) - movedAtMs(a) || (a.room.id < b.room.id ? 1 : -1));
  }

  /** Nearly always the entry at the head; where somebody came or left since, the one before. */
  async #latestMessages(placed: readonly Placed[]): Promise<Map<RoomId, MessageEntry>> {
    const heads = placed.filter(({ headSeq }) => headSeq > 0).map(({ roomId, headSeq: seq }) => ({ roomId, seq }));
    const latest = new Map<RoomId, MessageEntry>();
    for (const entry of await this.#table.atPlaces(heads)) if (isMessage(entry)) latest.set(entry.roomId, entry);
    const others = heads.filter(({ roomId }) => !latest.has(roomId));
    for (const entry of await this.#table.lastMessages(others)) latest.set(entry.roomId, entry);
    return latest;
  }
}

/** Where the member's unread messages begin: above what was read, or earlier where the member marked it so. */
const unreadAfter = (row: Membership): number =>
  row.unread_from_seq === null ? Number(row.read_seq) : Math.min(Number(row.read_seq), Number(row.unread_from_seq) - 1);

const movedAtMs = ({ room, lastMessage }: RoomSummary): number => lastMessage?.createdAtMs ?? room.createdAtMs;
