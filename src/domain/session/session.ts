import type { UserId } from '../user/user.ts';

export type SessionId = string & { readonly __brand: 'SessionId' };

/** One sign-in on one device. It outlives access tokens; ending it ends them all. */
export interface Session {
  readonly id: SessionId;
  readonly userId: UserId;
  /** Digest of the only refresh token that is good now. */
  readonly refreshDigest: string;
  readonly createdAtMs: number;
  readonly usedAtMs: number;
  readonly expiresAtMs: number;
  readonly endedAtMs: number | null;
  /** What the device said it is, for the owner's list of devices. */
  readonly userAgent: string;
}

export const isLive = (session: Session, nowMs: number): boolean =>
  session.endedAtMs === null && session.expiresAtMs > nowMs;
