import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type * as ports from '../ports/index.ts';

/** Heads are re-checked this often, so that an entry whose broadcast was lost (crash, bus) still arrives. */
export const HEAD_POLL_MS = 2_000;
/** How long an entry waits for the one before it before the log is asked. */
const GAP_WAIT_MS = 40;
const REPAIR_PAGE = 500;
const HELD_MAX = 1_000;
const HEADS_CHUNK = 500;

interface OpenRoom {
  /** Everything up to here was delivered on this node; null while the head is being read. */
  position: number | null;
  /** Entries that came before their predecessor. */
  readonly held: Map<number, RoomEntry>;
  opening: Promise<void> | null;
  repairing: boolean;
  repairScheduled: boolean;
}

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
  readonly #rooms = new Map<RoomId, OpenRoom>();
  #cancelPoll: ports.Cancel | null = null;
  #stopped = false;

  constructor(deps: RoomFeedDeps) {
    this.#deps = deps;
  }

  /** Entries that are durable now. A room without listeners is left alone: its members read it from the log. */
  committed(entries: readonly RoomEntry[]): void {
    for (const entry of entries) {
      const room = this.#rooms.get(entry.roomId);
      if (room) this.#accept(entry.roomId, room, entry);
    }
  }

  /**
   * Follows the rooms from their present heads on. Call it after the listeners are attached: what is committed up to
   * the head is then read by the client (snapshot, sync), everything later is delivered. Rejects when the log cannot
   * be read.
   */
  async open(roomIds: readonly RoomId[]): Promise<void> {
    const fresh = roomIds.filter((roomId) => !this.#rooms.has(roomId));
    if (fresh.length > 0) this.#openAll(fresh);
    const waiting: Promise<void>[] = [];
    for (const roomId of roomIds) {
      const opening = this.#rooms.get(roomId)?.opening;
      if (opening) waiting.push(opening);
    }
    if (waiting.length > 0) await Promise.all(waiting);
  }

  /** Follows a room from a position that the caller knows, without reading the log. */
  openAt(roomId: RoomId, position: number): void {
    if (!this.#rooms.has(roomId)) this.#rooms.set(roomId, newRoom(position));
  }

  /** A head that is certainly committed; 0 when unknown. Never ahead of the log, perhaps behind it. */
  knownHead(roomId: RoomId): number {
    return this.#rooms.get(roomId)?.position ?? 0;
  }

  start(): void {
    this.#schedulePoll();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelPoll?.();
  }

  /** Re-checks the heads of all rooms with listeners now. */
  async poll(): Promise<void> {
    for (const roomId of this.#rooms.keys()) {
      if (!this.#deps.broadcaster.hasListeners(roomId)) this.#rooms.delete(roomId);
    }
    const roomIds = [...this.#rooms.keys()];
    for (let start = 0; start < roomIds.length; start += HEADS_CHUNK) {
      const heads = await this.#deps.log.heads(roomIds.slice(start, start + HEADS_CHUNK));
      for (const [roomId, head] of heads) {
        const room = this.#rooms.get(roomId);
        if (room && room.position !== null && head > room.position) void this.#repair(roomId, room);
      }
    }
  }

  #accept(roomId: RoomId, room: OpenRoom, entry: RoomEntry): void {
    if (room.position === null || entry.seq > room.position + 1) {
      // When too many are held the log is the cheaper place to keep them.
      if (room.held.size < HELD_MAX) room.held.set(entry.seq, entry);
      if (room.position !== null) this.#scheduleRepair(roomId, room);
      return;
    }
    if (entry.seq <= room.position) return;
    room.position = entry.seq;
    this.#deliver(roomId, room.held.size === 0 ? [entry] : [entry, ...takeHeld(room)]);
  }

  /**
   * Who is in a room changes at its place in the log, on every node that follows it, whoever wrote it and whether or
   * not they know that they did: what stands after a leaving never reaches the one who left.
   */
  #deliver(roomId: RoomId, entries: readonly RoomEntry[]): void {
    const { broadcaster } = this.#deps;
    let told = 0;
    const tellUpTo = (end: number) => {
      if (end > told)
        broadcaster.deliver(roomId, told === 0 && end === entries.length ? entries : entries.slice(told, end));
      told = end;
    };
    for (const [index, entry] of entries.entries()) {
      if (entry.type === 'member_joined') {
        tellUpTo(index);
        broadcaster.admit(roomId, entry.userId);
      } else if (entry.type === 'member_left') {
        tellUpTo(index + 1);
        broadcaster.expel(roomId, entry.userId);
      }
    }
    tellUpTo(entries.length);
  }

  #openAll(roomIds: readonly RoomId[]): void {
    const opened = new Map<RoomId, OpenRoom>();
    for (const roomId of roomIds) opened.set(roomId, newRoom(null));
    const reading = this.#deps.log.heads([...opened.keys()]).then(
      (heads) => {
        for (const [roomId, room] of opened) this.#settle(roomId, room, heads.get(roomId) ?? 0);
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
      room.opening = reading;
      this.#rooms.set(roomId, room);
    }
  }

  #settle(roomId: RoomId, room: OpenRoom, head: number): void {
    room.opening = null;
    room.position = head;
    // Clients read these from the log; but some listeners were attached by a list from before them.
    for (const entry of [...room.held.values()].sort((a, b) => a.seq - b.seq)) {
      if (entry.seq > head) break;
      room.held.delete(entry.seq);
      if (entry.type === 'member_joined') this.#deps.broadcaster.admit(roomId, entry.userId);
      if (entry.type === 'member_left') this.#deps.broadcaster.expel(roomId, entry.userId);
    }
    this.#deliver(roomId, takeHeld(room));
    if (room.held.size > 0) this.#scheduleRepair(roomId, room);
  }

  #scheduleRepair(roomId: RoomId, room: OpenRoom): void {
    if (room.repairScheduled || room.repairing) return;
    room.repairScheduled = true;
    this.#deps.scheduler.after(GAP_WAIT_MS, () => {
      room.repairScheduled = false;
      if (room.held.size > 0) return this.#repair(roomId, room);
    });
  }

  /** Reads what is missing from the log until nothing is. A failure leaves the rest to the next poll. */
  async #repair(roomId: RoomId, room: OpenRoom): Promise<void> {
    if (room.repairing || room.position === null) return;
    room.repairing = true;
    try {
      for (;;) {
        const afterSeq: number = room.position;
        const page = await this.#deps.log.ranges([{ roomId, afterSeq, toSeq: afterSeq + REPAIR_PAGE }]);
        if (this.#rooms.get(roomId) !== room) return;
        const ready: RoomEntry[] = [];
        for (const entry of page) {
          if (entry.seq !== room.position + 1) continue;
          room.position = entry.seq;
          room.held.delete(entry.seq);
          ready.push(entry);
        }
        ready.push(...takeHeld(room));
        this.#deliver(roomId, ready);
        if (page.length < REPAIR_PAGE) break;
      }
    } catch (error) {
      this.#deps.logger.warn(
        { roomId, error },
        'the log could not be read to repair a room; the next poll tries again',
      );
    } finally {
      room.repairing = false;
    }
    if (room.held.size > 0) this.#scheduleRepair(roomId, room);
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

function newRoom(position: number | null): OpenRoom {
  return { position, held: new Map(), opening: null, repairing: false, repairScheduled: false };
}

/** The held entries that follow the position without a gap; moves the position past them. */
function takeHeld(room: OpenRoom): RoomEntry[] {
  const ready: RoomEntry[] = [];
  if (room.position === null) return ready;
  for (;;) {
    const next: RoomEntry | undefined = room.held.get(room.position + 1);
    if (!next) break;
    room.held.delete(next.seq);
    room.position = next.seq;
    ready.push(next);
  }
  // What lies at or below the position was delivered on another way.
  for (const seq of room.held.keys()) if (seq <= room.position) room.held.delete(seq);
  return ready;
}
