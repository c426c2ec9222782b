import type { RoomId } from '../../domain/room/room.ts';
import type { Standing } from '../../domain/room/standing.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** The longest time for which what another node has changed may still be believed. */
const TTL_MS = 5_000;
const ENTRIES_MAX = 50_000;

interface Known {
  readonly standing: Promise<Standing | null>;
  readonly untilMs: number;
}

/**
 * Answers "what is this user in this room, and what holds there?" without a query for every message. A change on this
 * node is seen at once (`forget` after its commit); one on another node when its entry arrives, and within TTL_MS.
 * Only memberships are remembered, never their absence.
 */
export class MembershipCache {
  readonly #known = new Map<RoomId, Map<UserId, Known>>();
  #size = 0;
  /** The last load of each membership that is under way. Never rejects. */
  readonly #loading = new Map<string, Promise<unknown>>();
  readonly #members: ports.MembershipStore;
  readonly #clock: ports.Clock;

  constructor(deps: { readonly members: ports.MembershipStore; readonly clock: ports.Clock }) {
    this.#members = deps.members;
    this.#clock = deps.clock;
  }

  standingOf(roomId: RoomId, userId: UserId): Promise<Standing | null> {
    const nowMs = this.#clock.nowMs();
    const known = this.#known.get(roomId)?.get(userId);
    if (known && known.untilMs > nowMs) return known.standing;
    return this.#load(roomId, userId, nowMs);
  }

  forget(roomId: RoomId, userId: UserId): void {
    const room = this.#known.get(roomId);
    if (!room?.delete(userId)) return;
    this.#size -= 1;
    if (room.size === 0) this.#known.delete(roomId);
  }

  /** What holds for all members of the room has changed. */
  forgetRoom(roomId: RoomId): void {
    this.#size -= this.#known.get(roomId)?.size ?? 0;
    this.#known.delete(roomId);
  }

  #load(roomId: RoomId, userId: UserId, nowMs: number): Promise<Standing | null> {
    const standing = this.#inTurn(roomId + userId, this.#members.standing(roomId, userId));
    const known: Known = { standing, untilMs: nowMs + TTL_MS };
    this.#keep(roomId, userId, known);
    const drop = () => {
      if (this.#known.get(roomId)?.get(userId) === known) this.forget(roomId, userId);
    };
    // A forget() while this load runs removes it from the map, so an answer from before a change is never kept.
    standing.then((found) => (found === null ? drop() : undefined), drop);
    return standing;
  }

  #keep(roomId: RoomId, userId: UserId, known: Known): void {
    this.forget(roomId, userId);
    const room = this.#known.get(roomId) ?? new Map<UserId, Known>();
    this.#known.set(roomId, room);
    room.set(userId, known);
    this.#size += 1;
    while (this.#size > ENTRIES_MAX && this.#known.size > 1) this.#dropOldestRoom();
  }

  /** Answers no earlier than the load before it: what a client sends one after the other keeps its order. */
  #inTurn<T>(key: string, load: Promise<T>): Promise<T> {
    const before = this.#loading.get(key);
    const answer = before ? Promise.all([load, before]).then(([found]) => found) : load;
    const done: Promise<void> = answer.then(
      () => this.#done(key, done),
      () => this.#done(key, done),
    );
    this.#loading.set(key, done);
    return answer;
  }

  #done(key: string, load: Promise<unknown>): void {
    if (this.#loading.get(key) === load) this.#loading.delete(key);
  }

  #dropOldestRoom(): void {
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.forgetRoom(oldest.value);
  }
}
