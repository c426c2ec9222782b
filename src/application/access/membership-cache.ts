import type { Role } from '../../domain/room/member.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** The longest time for which a membership that ended on another node may still be believed. */
const TTL_MS = 5_000;
const ENTRIES_MAX = 50_000;

interface Known {
  readonly role: Promise<Role | null>;
  readonly untilMs: number;
}

/**
 * Answers "what is this user in this room?" without a query for every message. A change on this node is seen at once
 * (`forget` after its commit); one on another node within TTL_MS. Only memberships are remembered, never their absence.
 */
export class MembershipCache {
  readonly #known = new Map<string, Known>();
  /** The last load of each key that is under way. Never rejects. */
  readonly #loading = new Map<string, Promise<unknown>>();
  readonly #members: ports.MembershipStore;
  readonly #clock: ports.Clock;

  constructor(deps: { readonly members: ports.MembershipStore; readonly clock: ports.Clock }) {
    this.#members = deps.members;
    this.#clock = deps.clock;
  }

  roleOf(roomId: RoomId, userId: UserId): Promise<Role | null> {
    const key = roomId + userId;
    const nowMs = this.#clock.nowMs();
    const known = this.#known.get(key);
    if (known && known.untilMs > nowMs) return known.role;
    return this.#load(key, roomId, userId, nowMs);
  }

  forget(roomId: RoomId, userId: UserId): void {
    this.#known.delete(roomId + userId);
  }

  #load(key: string, roomId: RoomId, userId: UserId, nowMs: number): Promise<Role | null> {
    const role = this.#inTurn(
      key,
      this.#members.find(roomId, userId).then((member) => member?.role ?? null),
    );
    const known: Known = { role, untilMs: nowMs + TTL_MS };
    this.#known.set(key, known);
    if (this.#known.size > ENTRIES_MAX) this.#dropOldest();
    const drop = () => {
      if (this.#known.get(key) === known) this.#known.delete(key);
    };
    // A forget() while this load runs removes it from the map, so an answer from before a change is never kept.
    role.then((found) => (found === null ? drop() : undefined), drop);
    return role;
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

  #dropOldest(): void {
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }
}
