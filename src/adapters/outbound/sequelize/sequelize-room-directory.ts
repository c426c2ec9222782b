import type { RoomDirectory, RoomSummary } from '../../../application/ports/index.ts';
import type { Role } from '../../../domain/room/member.ts';
import { isMessage, type MessageEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { MemberRow } from './models/member-model.ts';
import type { RoomRow } from './models/room-model.ts';
import { RoomLogTable } from './room-log-table.ts';
import type { Scope } from './scope.ts';
import { toRoom } from './sequelize-room-store.ts';

type Membership = RoomRow &
  Pick<MemberRow, 'role' | 'delivered_seq' | 'read_seq'> & {
    readonly member_count: number;
    readonly head_seq: number | null;
  };

const MEMBERSHIPS = `
  SELECT r.*, m.role, m.delivered_seq, m.read_seq,
    (SELECT COUNT(*) FROM room_members c WHERE c.room_id = m.room_id) AS member_count,
    (SELECT l.seq FROM room_log l WHERE l.room_id = m.room_id ORDER BY l.room_id DESC, l.seq DESC LIMIT 1) AS head_seq
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
    const rows = await this.#scope.read(() => this.#scope.database.rows<Membership>(MEMBERSHIPS, [userId]));
    const placed = rows.map((row) => ({ row, roomId: row.id as RoomId, headSeq: Number(row.head_seq ?? 0) }));
    const unread = placed.map(({ row, roomId, headSeq }) => ({
      roomId,
      afterSeq: Number(row.read_seq),
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
  async #latestMessages(
    placed: readonly { readonly roomId: RoomId; readonly headSeq: number }[],
  ): Promise<Map<RoomId, MessageEntry>> {
    const filled = placed.filter(({ headSeq }) => headSeq > 0);
    const atHeads = filled.map(({ roomId, headSeq }) => ({ roomId, afterSeq: headSeq - 1, toSeq: headSeq }));
    const latest = new Map<RoomId, MessageEntry>();
    for (const entry of await this.#table.ranges(atHeads, null)) if (isMessage(entry)) latest.set(entry.roomId, entry);
    const others = filled.filter(({ roomId }) => !latest.has(roomId));
    for (const entry of await this.#table.lastMessages(others)) latest.set(entry.roomId, entry);
    return latest;
  }
}

const movedAtMs = ({ room, lastMessage }: RoomSummary): number => lastMessage?.createdAtMs ?? room.createdAtMs;
