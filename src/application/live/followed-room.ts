import { endsMembership, type RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomBroadcaster } from '../ports/index.ts';

const HELD_MAX = 1_000;
/** So many of the latest comings and goings are remembered: more than may be told late. */
const MOVES_MAX = 1_000;

/**
 * One room that this node follows: it delivers entries in the order of the log, keeps those that came before their
 * predecessor, and lets people in and puts them out at the place where the log says so.
 */
export class FollowedRoom {
  readonly roomId: RoomId;
  /** Rooms that are followed later have higher ones. */
  readonly opening: number;
  /** The head is being read. */
  reading: Promise<void> | null = null;
  repairing = false;
  repairScheduled = false;
  /** Nobody listened when it was last looked at. */
  isIdle = false;
  readonly #broadcaster: RoomBroadcaster;
  readonly #held = new Map<number, RoomEntry>();
  /** Where in the log somebody last came or went, as far as it was done here. */
  readonly #moves = new Map<UserId, number>();
  #position: number | null;

  /** From a position that is known, or null until `settle`. */
  constructor(room: { roomId: RoomId; opening: number; position: number | null; broadcaster: RoomBroadcaster }) {
    this.roomId = room.roomId;
    this.opening = room.opening;
    this.#position = room.position;
    this.#broadcaster = room.broadcaster;
  }

  /** Everything up to here was delivered on this node, or came before it was followed; null while that is not known. */
  get position(): number | null {
    return this.#position;
  }

  get isWaiting(): boolean {
    return this.#held.size > 0;
  }

  /** Takes entries in any order and more than once. Returns how many were delivered by it. */
  accept(entries: readonly RoomEntry[]): number {
    const ready: RoomEntry[] = [];
    for (const entry of entries) {
      if (this.#position === null || entry.seq > this.#position + 1) this.#hold(entry);
      else if (entry.seq <= this.#position) this.#move(entry);
      else {
        this.#position = entry.seq;
        ready.push(entry);
        this.#takeHeld(ready);
      }
    }
    this.#deliver(ready);
    return ready.length;
  }

  /** The position is known now: what lies before it is read by the clients themselves. */
  settle(head: number): void {
    this.reading = null;
    this.#position = head;
    // Some listeners were attached by a list from before these.
    for (const [seq, entry] of [...this.#held].sort(([a], [b]) => a - b)) if (seq <= head) this.#move(entry);
    const ready: RoomEntry[] = [];
    this.#takeHeld(ready);
    this.#deliver(ready);
  }

  /** The user is known to have been a member when the log had this head. A later change that was done here wins. */
  admit(userId: UserId, seq: number): void {
    if ((this.#moves.get(userId) ?? 0) <= seq) this.#broadcaster.admit(this.roomId, userId);
  }

  #hold(entry: RoomEntry): void {
    // When too many are held the log is the cheaper place to keep them.
    if (this.#held.size < HELD_MAX) this.#held.set(entry.seq, entry);
    // Who comes may hear a little early; who goes hears what stands before the going.
    if (entry.type === 'member_joined') this.#move(entry);
  }

  /** Adds the held entries that follow the position without a gap, and moves the position past them. */
  #takeHeld(ready: RoomEntry[]): void {
    if (this.#held.size === 0 || this.#position === null) return;
    for (;;) {
      const next: RoomEntry | undefined = this.#held.get(this.#position + 1);
      if (!next) break;
      this.#position = next.seq;
      ready.push(next);
    }
    // What lies at or below the position was delivered, if not from here then on another way.
    for (const seq of this.#held.keys()) if (seq <= this.#position) this.#held.delete(seq);
  }

  /**
   * Who is in a room changes at its place in the log, on every node that follows it, whoever wrote it and whether or
   * not they know that they did: what stands after a leaving never reaches the one who left.
   */
  #deliver(entries: readonly RoomEntry[]): void {
    let told = 0;
    const tellUpTo = (end: number) => {
      if (end > told) {
        const isAll = told === 0 && end === entries.length;
        this.#broadcaster.deliver(this.roomId, isAll ? entries : entries.slice(told, end));
      }
      told = end;
    };
    for (const [index, entry] of entries.entries()) {
      if (entry.type === 'member_joined') tellUpTo(index);
      else if (endsMembership(entry)) tellUpTo(index + 1);
      else continue;
      this.#move(entry);
    }
    tellUpTo(entries.length);
  }

  #move(entry: RoomEntry): void {
    if (entry.type !== 'member_joined' && !endsMembership(entry)) return;
    const { userId, seq } = entry;
    if ((this.#moves.get(userId) ?? 0) >= seq) return;
    this.#moves.delete(userId);
    this.#moves.set(userId, seq);
    if (this.#moves.size > MOVES_MAX) this.#forgetOldestMove();
    if (entry.type === 'member_joined') this.#broadcaster.admit(this.roomId, userId);
    else this.#broadcaster.expel(this.roomId, userId);
  }

  #forgetOldestMove(): void {
    const oldest = this.#moves.keys().next();
    if (!oldest.done) this.#moves.delete(oldest.value);
  }
}
