import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';
import type { RoomFeed } from './room-feed.ts';

/** Somebody who joined by another node, which could not say so, is found within this time. */
export const NEWCOMER_CHECK_MS = 3_000;
/** The clocks of nodes may differ by so much, and a join may take so long to be committed. */
const OVERLAP_MS = 10_000;
const FOUND_MAX = 10_000;
const LOOK_BACK = 500;

type Joining = Pick<ports.NodeNews & { readonly type: 'member_joined' }, 'roomId' | 'userId' | 'seq'>;

interface NewcomersDeps {
  readonly members: ports.MembershipStore;
  readonly log: ports.RoomLog;
  readonly access: RoomAccess;
  readonly feed: RoomFeed;
  /** The sockets of this node. */
  readonly local: ports.RoomBroadcaster;
  readonly scheduler: ports.Scheduler;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/**
 * Lets the connections of this node into rooms that their users have joined by another one. The log of such a room is
 * not followed here while nobody here is in it; so the other node says it, or the database does.
 */
export class Newcomers {
  readonly #deps: NewcomersDeps;
  /** Those of the last look, who need not be let in again. */
  #known = new Set<string>();
  #cancel: ports.Cancel | null = null;
  #stopped = false;

  constructor(deps: NewcomersDeps) {
    this.#deps = deps;
  }

  /** Another node says that the user has joined the room, at this place in its log. */
  joined({ roomId, userId, seq }: Joining): void {
    if (!this.#deps.local.hasConnections(userId)) return;
    this.#letIn(roomId, userId, async () => seq).catch((error: unknown) => this.#missed(error));
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.scheduler.after(NEWCOMER_CHECK_MS, async () => {
      try {
        await this.check();
      } catch (error) {
        this.#missed(error);
      }
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Looks for new memberships of those who are connected here, now. */
  async check(): Promise<void> {
    const { members, local, clock } = this.#deps;
    const found = await members.joinedSince(clock.nowMs() - NEWCOMER_CHECK_MS - OVERLAP_MS, FOUND_MAX);
    const before = this.#known;
    const known = new Set<string>();
    for (const { roomId, userId, joinedAtMs } of found) {
      const key = `${roomId}${userId}${joinedAtMs}`;
      const isNew = !before.has(key) && local.hasConnections(userId);
      if (isNew) await this.#letIn(roomId, userId, () => this.#seqOfJoin(roomId, userId));
      known.add(key);
    }
    this.#known = known;
  }

  /** By the log, from the joining on, where the room is not followed yet; else at its present head. */
  async #letIn(roomId: RoomId, userId: UserId, seqOfJoin: () => Promise<number | null>): Promise<void> {
    const { feed } = this.#deps;
    const seq = feed.follows(roomId) ? null : await seqOfJoin();
    if (seq === null || feed.follows(roomId)) return this.#letInNow(roomId, userId);
    feed.openAt(roomId, seq - 1);
    await feed.check([roomId]);
  }

  async #letInNow(roomId: RoomId, userId: UserId): Promise<void> {
    const { feed, access } = this.#deps;
    await feed.open([roomId]);
    const asOfSeq = feed.knownHead(roomId);
    access.forget(roomId, userId);
    try {
      await access.requireMember(roomId, userId);
    } catch (error) {
      // Gone again: what was told is old.
      if (error instanceof AppError && error.code !== 'OVERLOADED') return;
      throw error;
    }
    feed.admit(roomId, userId, asOfSeq);
  }

  /** Null when it lies too far back, so that the client has to read the room anyway. */
  async #seqOfJoin(roomId: RoomId, userId: UserId): Promise<number | null> {
    const { log } = this.#deps;
    const head = await log.head(roomId);
    const latest = await log.ranges([{ roomId, afterSeq: Math.max(0, head - LOOK_BACK), toSeq: head }]);
    return latest.findLast((entry) => entry.type === 'member_joined' && entry.userId === userId)?.seq ?? null;
  }

  #missed(error: unknown): void {
    this.#deps.logger.warn({ error }, 'newcomers of other nodes could not be let in; they are looked for again');
  }
}
