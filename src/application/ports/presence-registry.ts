import type { PresenceStatus } from '../../domain/presence/presence.ts';
import type { UserId } from '../../domain/user/user.ts';

/** Somebody came or went, and no call on this node has said so. */
export interface PresenceEdge {
  readonly userId: UserId;
  readonly status: PresenceStatus;
  /** When somebody who went was last known to be there; null: now. */
  readonly leftAtMs: number | null;
}

/**
 * Who is connected, over all devices and nodes. Never rejects: where the other nodes cannot be asked, it answers for
 * this one.
 */
export interface PresenceRegistry {
  /** Resolves to 'online' when this was the user's first connection, else null. Repeating it changes nothing. */
  connected(userId: UserId, connectionId: string): Promise<PresenceStatus | null>;

  /** Resolves to 'offline' when this was the user's last connection, else null. Unknown connections change nothing. */
  disconnected(userId: UserId, connectionId: string): Promise<PresenceStatus | null>;

  /** Those of the given users that are online. */
  onlineAmong(userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;

  /** Everybody who is connected to this node. */
  localUsers(): readonly UserId[];

  /** Hears of edges that are no call's answer, such as the users of a node that has died. Called once, at the start. */
  watch(listener: (edge: PresenceEdge) => void): void;

  /**
   * This node is about to stop: whoever goes from now on is on the way to another one, and counts until the lease of
   * this one ends.
   */
  linger(): void;

  /** Renews and tells nothing any more. */
  close(): Promise<void>;
}
