import type { Invite } from '../../domain/room/invite.ts';
import type { Member } from '../../domain/room/member.ts';
import type { Sanction } from '../../domain/room/sanction.ts';
import type { Session } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { LinkedIdentity } from './identity-store.ts';

/** What is kept of a user besides the account and what the logs of rooms hold. */
export interface RecordsOfUser {
  readonly identities: readonly LinkedIdentity[];
  /** Also those that have ended, as long as they are kept. */
  readonly sessions: readonly Session[];
  readonly memberships: readonly Member[];
  /** About the user. */
  readonly sanctions: readonly Sanction[];
  /** That the user made. */
  readonly invites: readonly Invite[];
}

export interface Pseudonym {
  readonly username: string;
  readonly email: string;
  readonly atMs: number;
}

/** Everything of one user in one place, for export and erasure. */
export interface PersonalRecords {
  /** As of one moment, each list ascending by id or room. An unknown user has none. */
  of(userId: UserId): Promise<RecordsOfUser>;

  /**
   * Atomic. Nobody signs in to the account again, which has these names from then on and no others; its sessions are
   * gone; of its identities elsewhere only a digest stays, so that a token that was issued before is recognised; of
   * sanctions that are about the user or were imposed by the user, the reasons are gone. False, and nothing changed,
   * while the user is a member of some room. Repeating it changes nothing. Rejects with USERNAME_TAKEN.
   */
  erase(userId: UserId, pseudonym: Pseudonym): Promise<boolean>;
}
