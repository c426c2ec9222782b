import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import { GatheredReads } from '../live/gathered-reads.ts';
import { readHeads } from '../live/read-heads.ts';
import { groupByRoom, ShortRanges } from '../live/short-ranges.ts';
import type * as ports from '../ports/index.ts';
import { firstPage } from './page-bytes.ts';
import type { EventsPage } from './read-events.ts';

export interface SyncRoomsInput {
  readonly userId: UserId;
  /** Where the client stands. */
  readonly rooms: readonly { readonly roomId: RoomId; readonly afterSeq: number }[];
  /** The most events to return, over all rooms. */
  readonly limit: number;
}

export interface SyncResult {
  readonly rooms: readonly EventsPage[];
  /** Rooms that the client named and is not, or no longer, a member of. Whether they exist is not said. */
  readonly gone: readonly RoomId[];
  /** Whether every room is complete; otherwise ask again from where this answer ends. */
  readonly complete: boolean;
}

interface Standing {
  readonly roomIds: readonly RoomId[];
  /** Of these rooms, and of others that were read with them. */
  readonly heads: ReadonlyMap<RoomId, number>;
}

/**
 * What changed since, for rooms of any number and absence of any length: a fixed number of queries, bounded pages. Who
 * asks while others do is read with them.
 * Rooms that the client did not name are listed with their heads only, so that it learns of them.
 */
export class SyncRooms {
  readonly #ranges: ShortRanges;
  readonly #standings: GatheredReads<UserId, Standing>;

  constructor({ log, members }: { readonly log: ports.RoomLog; readonly members: ports.MembershipStore }) {
    this.#ranges = new ShortRanges(log);
    this.#standings = new GatheredReads<UserId, Standing>({
      read: async (userIds) => {
        const lists = await members.roomIdsOfEach(userIds);
        const heads = await readHeads(log, [...new Set([...lists.values()].flat())]);
        return new Map([...lists].map(([userId, roomIds]) => [userId, { roomIds, heads }]));
      },
    });
  }

  async execute({ userId, rooms, limit }: SyncRoomsInput): Promise<SyncResult> {
    // From the database, not from a cache: whoever was just removed must not read on.
    const { roomIds, heads } = await this.#standings.of(userId);
    const mine = new Set(roomIds);
    const positions = new Map(rooms.map(({ roomId, afterSeq }) => [roomId, afterSeq]));
    const ranges: ports.LogRange[] = [];
    let budget = limit;
    for (const [roomId, afterSeq] of positions) {
      const headSeq = heads.get(roomId) ?? 0;
      if (!mine.has(roomId) || headSeq <= afterSeq || budget === 0) continue;
      // Seqs are dense, so the arithmetic is exact: the ranges together hold `limit` entries at most.
      const toSeq = Math.min(headSeq, afterSeq + budget);
      budget -= toSeq - afterSeq;
      ranges.push({ roomId, afterSeq, toSeq });
    }
    const events = groupByRoom(firstPage(await this.#ranges.of(ranges)));
    const pages = [...mine].map((roomId): EventsPage => {
      const headSeq = heads.get(roomId) ?? 0;
      const found = events.get(roomId) ?? [];
      const reached = found.at(-1)?.seq ?? positions.get(roomId) ?? 0;
      return { roomId, events: found, headSeq, complete: reached >= headSeq };
    });
    return {
      rooms: pages,
      gone: [...positions.keys()].filter((roomId) => !mine.has(roomId)),
      complete: pages.every((page) => page.complete || !positions.has(page.roomId)),
    };
  }
}
