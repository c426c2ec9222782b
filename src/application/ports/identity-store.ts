import type { UserId } from '../../domain/user/user.ts';

/** Which of our users somebody is who is known elsewhere. */
export interface LinkedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly userId: UserId;
  readonly createdAtMs: number;
  /** Tokens that were issued until then are no longer good; null when all are. */
  readonly tokensFromMs: number | null;
}

export interface IdentityStore {
  /** Atomic on (issuer, subject), compared byte for byte: rejects with CONFLICT when they have a user already. */
  insert(identity: LinkedIdentity): Promise<void>;

  find(issuer: string, subject: string): Promise<LinkedIdentity | null>;

  /** Forgets that they are this user, if they are. */
  release(issuer: string, subject: string, userId: UserId): Promise<void>;

  /** Moves `tokensFromMs` of every identity of the user forward, never back. */
  endTokens(userId: UserId, atMs: number): Promise<void>;
}
