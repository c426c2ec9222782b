import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import { LruMap } from './lru-map.ts';

/** As long as a membership is believed in without looking (MembershipCache), with a margin. */
const BELIEF_MS = 6_000;
const REMEMBERED_MAX = 50_000;

/**
 * Where a membership that was looked up a moment ago may have ended since. Whoever ends one writes an entry, so a node
 * that knows the head of a room, and has written everything since, cannot have missed it; these are the exceptions.
 */
export class Doubts {
  readonly #memberships = new LruMap<string, number>(REMEMBERED_MAX);
  readonly #contended = new LruMap<RoomId, number>(REMEMBERED_MAX);
  readonly #unfamiliar = new LruMap<RoomId, number>(REMEMBERED_MAX);
  /** From then on there is none. */
  #untilMs = 0;

  /** The membership is about to end here. */
  membership(roomId: RoomId, userId: UserId): void {
    this.#memberships.set(roomId + userId, this.#soon());
  }

  /** Another node was seen writing to the room. */
  contended(roomId: RoomId): void {
    this.#contended.set(roomId, this.#soon());
  }

  /** The head of the room was just learned from somebody else. */
  unfamiliar(roomId: RoomId): void {
    this.#unfamiliar.set(roomId, this.#soon());
  }

  /** Whether a message needs the room's lock and another look at its sender. */
  isAbout({ roomId, senderId }: { readonly roomId: RoomId; readonly senderId: UserId }): boolean {
    const nowMs = performance.now();
    if (nowMs > this.#untilMs) return false;
    return isAfter(this.#contended.get(roomId), nowMs) || isAfter(this.#memberships.get(roomId + senderId), nowMs);
  }

  isUnfamiliar(roomId: RoomId): boolean {
    const nowMs = performance.now();
    return nowMs <= this.#untilMs && isAfter(this.#unfamiliar.get(roomId), nowMs);
  }

  #soon(): number {
    this.#untilMs = performance.now() + BELIEF_MS;
    return this.#untilMs;
  }
}

const isAfter = (untilMs: number | undefined, nowMs: number): boolean => untilMs !== undefined && untilMs > nowMs;
