import type { PresenceStatus } from '../../domain/presence/presence.ts';
import type { UserId } from '../../domain/user/user.ts';

/** Who is connected, over all devices. */
export interface PresenceRegistry {
  /** Resolves to 'online' when this was the user's first connection, else null. Repeating it changes nothing. */
  connected(userId: UserId, connectionId: string): Promise<PresenceStatus | null>;

  /** Resolves to 'offline' when this was the user's last connection, else null. Unknown connections change nothing. */
  disconnected(userId: UserId, connectionId: string): Promise<PresenceStatus | null>;

  /** Those of the given users that are online. */
  onlineAmong(userIds: readonly UserId[]): Promise<ReadonlySet<UserId>>;

  /** Everybody who is connected to this node. */
  localUsers(): readonly UserId[];
}
