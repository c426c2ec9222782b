import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';
import { FollowedRoom } from './followed-room.ts';

/** Heads are re-checked this often, so that an entry whose broadcast was lost (crash, bus) still arrives. */
export const HEAD_POLL_MS = 2_000;
/** How long an entry waits for the one before it before the log is asked. */
const GAP_WAIT_MS = 40;
const REPAIR_PAGE = 500;
const HEADS_CHUNK = 500;

interface RoomFeedDeps {
  readonly log: ports.RoomLog;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly scheduler: ports.Scheduler;
  readonly logger: ports.Logger;
}

/**
 * Delivers the log of every room that has listeners here: each entry once, in seq order, after its commit. Whoever
 * commits says so (`committed`); what nobody said, because the one who committed died or a bus lost it, is found in
 * the log by polling the heads. Nothing here rejects because of a push: only `open` reports that the log could not be
 * read.
 */
export class RoomFeed {
  readonly #deps: RoomFeedDeps;
  readonly #rooms = new Map<RoomId, FollowedRoom>();
  #openings = 0;
  #cancelPoll: ports.Cancel | null = null;
  #stopped = false;

  constructor(deps: RoomFeedDeps) {
    this.#deps = deps;
  }

  /** Entries that are durable now. A room without listeners is left alone: its members read it from the log. */
  committed(entries: readonly RoomEntry[]): void {
    for (const entry of entries) {
      const room = this.#rooms.get(entry.roomId);
      if (!room) continue;
      room.accept([entry]);
      if (room.isWaiting) this.#scheduleRepair(room);
    }
  }

  /**
   * Follows the rooms from their present heads on, when they are not followed yet. What is committed up to the head is
   * for the clients to read (snapshot, sync), everything later is delivered. Rejects when the log cannot be read.
   */
  async open(roomIds: readonly RoomId[]): Promise<void> {
    const fresh = roomIds.filter((roomId) => !this.#rooms.has(roomId));
    if (fresh.length > 0) this.#openAll(fresh);
    const waiting: Promise<void>[] = [];
    for (const roomId of roomIds) {
      const room = this.#rooms.get(roomId);
      if (!room) continue;
      room.isIdle = false;
      if (room.reading) waiting.push(room.reading);
    }
    if (waiting.length > 0) await Promise.all(waiting);
  }

  /** Follows a room from a position that the caller knows, without reading the log. */
  openAt(roomId: RoomId, position: number): void {
    if (!this.#rooms.has(roomId)) this.#rooms.set(roomId, this.#newRoom(roomId, position));
  }

  /** Grows with every room that is followed anew. */
  get openings(): number {
    return this.#openings;
  }

  /** Whether all the rooms are followed and were when there had been so many openings: no change was missed. */
  hasFollowed(roomIds: readonly RoomId[], openings: number): boolean {
    return roomIds.every((roomId) => (this.#rooms.get(roomId)?.opening ?? Number.POSITIVE_INFINITY) <= openings);
  }

  /** A head that is certainly committed; 0 when unknown. Never ahead of the log, perhaps behind it. */
  knownHead(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.position ?? 0;
  }

  /**
   * Lets in who was found to be a member after `knownHead` had been this, unless the log has put them out since. False
   * when the room is not followed any more, so that nobody can know.
   */
  admit(roomId: RoomId, userId: UserId, asOfSeq: number): boolean {
    const room = this.#rooms.get(roomId);
    room?.admit(userId, asOfSeq);
    return room !== undefined;
  }

  start(): void {
    this.#schedulePoll();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll?.();
  }

  /** Re-checks the heads of all rooms with listeners now; those that had none twice are followed no longer. */
  async poll(): Promise<void> {
    for (const [roomId, room] of this.#rooms) {
      const wasIdle = room.isIdle;
      room.isIdle = !this.#deps.broadcaster.hasListeners(roomId);
      // At the second time only: somebody may be about to come in.
      if (room.isIdle && wasIdle) this.#rooms.delete(roomId);
    }
    const roomIds = [...this.#rooms.keys()];
    for (let start = 0; start < roomIds.length; start += HEADS_CHUNK) {
      const heads = await this.#deps.log.heads(roomIds.slice(start, start + HEADS_CHUNK));
      for (const [roomId, head] of heads) {
        const room = this.#rooms.get(roomId);
        if (room && room.position !== null && head > room.position) void this.#repair(room);
      }
    }
  }

  #newRoom(roomId: RoomId, position: number | null): FollowedRoom {
    const { broadcaster } = this.#deps;
    return new FollowedRoom({ roomId, position, broadcaster, opening: (this.#openings += 1) });
  }

  #openAll(roomIds: readonly RoomId[]): void {
    const opened = new Map<RoomId, FollowedRoom>();
    for (const roomId of roomIds) opened.set(roomId, this.#newRoom(roomId, null));
    const reading = this.#deps.log.heads([...opened.keys()]).then(
      (heads) => {
        for (const [roomId, room] of opened) {
          room.settle(heads.get(roomId) ?? 0);
          if (room.isWaiting) this.#scheduleRepair(room);
        }
      },
      (error: unknown) => {
        // The next connection tries again; nobody may believe that a room is followed when it is not.
        for (const [roomId, room] of opened) if (this.#rooms.get(roomId) === room) this.#rooms.delete(roomId);
        throw error;
      },
    );
    // A caller that waits for it sees the failure; without one it must not become an unhandled rejection.
    reading.catch(() => undefined);
    for (const [roomId, room] of opened) {
      room.reading = reading;
      this.#rooms.set(roomId, room);
    }
  }

  #scheduleRepair(room: FollowedRoom): void {
    if (room.repairScheduled || room.repairing || room.position === null) return;
    room.repairScheduled = true;
    this.#deps.scheduler.after(GAP_WAIT_MS, () => {
      room.repairScheduled = false;
      if (room.isWaiting) return this.#repair(room);
    });
  }

  /** Reads what is missing from the log until nothing is. A failure leaves the rest to the next poll. */
  async #repair(room: FollowedRoom): Promise<void> {
    if (room.repairing || room.position === null) return;
    room.repairing = true;
    const { roomId } = room;
    try {
      for (;;) {
        const afterSeq: number = room.position;
        const page = await this.#deps.log.ranges([{ roomId, afterSeq, toSeq: afterSeq + REPAIR_PAGE }]);
        if (this.#rooms.get(roomId) !== room) return;
        room.accept(page);
        // A log has no holes; but if there were one, asking again would not fill it.
        if (page.length < REPAIR_PAGE || room.position === afterSeq) break;
      }
    } catch (error) {
      this.#deps.logger.warn(
        { roomId, error },
        'the log could not be read to repair a room; the next poll tries again',
      );
    } finally {
      room.repairing = false;
    }
    if (room.isWaiting) this.#scheduleRepair(room);
  }

  #schedulePoll(): void {
    if (this.#stopped) return;
    this.#cancelPoll = this.#deps.scheduler.after(HEAD_POLL_MS, async () => {
      try {
        await this.poll();
      } catch (error) {
        this.#deps.logger.warn({ error }, 'the heads of rooms could not be read');
      }
      this.#schedulePoll();
    });
  }
}
