import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';
import { FollowedRoom } from './followed-room.ts';
import { readHeads } from './read-heads.ts';

/** Heads are re-checked this often, so that an entry whose broadcast was lost (crash, bus) still arrives. */
export const HEAD_POLL_MS = 2_000;
/** How long an entry waits for the one before it before the log is asked. */
const GAP_WAIT_MS = 40;
const REPAIR_PAGE = 500;

interface RoomFeedDeps {
  readonly log: ports.RoomLog;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly bus: ports.RoomBus;
  readonly scheduler: ports.Scheduler;
  readonly logger: ports.Logger;
  readonly probe: Pick<ports.Probe, 'repaired'>;
  /** Who else wants to hear at once of what this node has made durable. */
  readonly alsoTell?: (entries: readonly RoomEntry[]) => void;
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

  /** Entries that this node has made durable. The other nodes hear of them. */
  committed(entries: readonly RoomEntry[]): void {
    this.heard(entries);
    const { bus, alsoTell } = this.#deps;
    alsoTell?.(entries);
    for (const entry of entries) {
      const { roomId, seq } = entry;
      bus.tell(roomId, { type: 'entries', entries: [entry] });
      // A node that the newcomer is connected to need not follow the room yet.
      if (entry.type === 'member_joined') bus.tellAll({ type: 'member_joined', roomId, userId: entry.userId, seq });
    }
  }

  /** Entries that are durable now. A room without listeners is left alone: its members read it from the log. */
  heard(entries: readonly RoomEntry[]): void {
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
    if (!this.#rooms.has(roomId)) this.#follow(this.#newRoom(roomId, position));
  }

  follows(roomId: RoomId): boolean {
    return this.#rooms.has(roomId);
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
      if (room.isIdle && wasIdle) this.#unfollow(room);
    }
    await this.check([...this.#rooms.keys()]);
  }

  /** Looks whether the log goes on in these rooms beyond what was delivered. */
  async check(roomIds: readonly RoomId[]): Promise<void> {
    // A head that is being read may have been read before what is looked for.
    await Promise.allSettled(roomIds.map(async (roomId) => this.#rooms.get(roomId)?.reading));
    for (const [roomId, head] of await readHeads(this.#deps.log, roomIds)) {
      const room = this.#rooms.get(roomId);
      if (room && room.position !== null && head > room.position) void this.#repair(room);
    }
  }

  #follow(room: FollowedRoom): void {
    this.#rooms.set(room.roomId, room);
    this.#deps.bus.follow(room.roomId);
  }

  #unfollow(room: FollowedRoom): void {
    if (this.#rooms.get(room.roomId) !== room) return;
    this.#rooms.delete(room.roomId);
    this.#deps.bus.unfollow(room.roomId);
  }

  #newRoom(roomId: RoomId, position: number | null): FollowedRoom {
    const { broadcaster } = this.#deps;
    return new FollowedRoom({ roomId, position, broadcaster, opening: (this.#openings += 1) });
  }

  #openAll(roomIds: readonly RoomId[]): void {
    const opened = new Map<RoomId, FollowedRoom>();
    for (const roomId of roomIds) opened.set(roomId, this.#newRoom(roomId, null));
    const reading = readHeads(this.#deps.log, [...opened.keys()]).then(
      (heads) => {
        for (const [roomId, room] of opened) {
          room.settle(heads.get(roomId) ?? 0);
          if (room.isWaiting) this.#scheduleRepair(room);
        }
      },
      (error: unknown) => {
        // The next connection tries again; nobody may believe that a room is followed when it is not.
        for (const room of opened.values()) this.#unfollow(room);
        throw error;
      },
    );
    // A caller that waits for it sees the failure; without one it must not become an unhandled rejection.
    reading.catch(() => undefined);
    for (const room of opened.values()) {
      room.reading = reading;
      this.#follow(room);
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
        const found = room.accept(page);
        if (found > 0) this.#deps.probe.repaired(found);
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
