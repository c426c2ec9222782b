import type { Clock, PresenceRegistry } from '../../../application/ports/index.ts';
import {
  NEVER_SEEN,
  step,
  type Presence,
  type PresenceFact,
  type PresenceStatus,
} from '../../../domain/presence/presence.ts';
import type { UserId } from '../../../domain/user/user.ts';

/** The connections of this process: all there are when it is the only node. */
export class InMemoryPresenceRegistry implements PresenceRegistry {
  readonly #clock: Clock;
  /** Only who is online, or it would grow with everybody who ever was. */
  readonly #online = new Map<UserId, Presence>();

  constructor(deps: { readonly clock: Clock }) {
    this.#clock = deps.clock;
  }

  async connected(userId: UserId, connectionId: string): Promise<PresenceStatus | null> {
    return this.#apply(userId, { type: 'connected', connectionId, atMs: this.#clock.nowMs() });
  }

  async disconnected(userId: UserId, connectionId: string): Promise<PresenceStatus | null> {
    return this.#apply(userId, { type: 'disconnected', connectionId, atMs: this.#clock.nowMs() });
  }

  async onlineAmong(userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    return new Set(userIds.filter((userId) => this.#online.has(userId)));
  }

  localUsers(): readonly UserId[] {
    return [...this.#online.keys()];
  }

  /** The only node sees every edge in its own calls. */
  watch(): void {}

  /** There is no other node to go to. */
  linger(): void {}

  async close(): Promise<void> {}

  #apply(userId: UserId, fact: PresenceFact): PresenceStatus | null {
    const { after, edge } = step(this.#online.get(userId) ?? NEVER_SEEN, fact);
    if (after.connections.size > 0) this.#online.set(userId, after);
    else this.#online.delete(userId);
    return edge;
  }
}
