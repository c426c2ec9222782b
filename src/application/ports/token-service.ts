import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface AccessClaims {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly expiresAtMs: number;
}

export interface TokenService {
  /** A signed access token of the configured life. Whole seconds: `expiresAtMs` is a multiple of 1,000. */
  issue(subject: { readonly userId: UserId; readonly sessionId: SessionId }): {
    readonly token: string;
    readonly expiresAtMs: number;
  };

  /** The claims of a token that this service signed. Throws UNAUTHENTICATED, or TOKEN_EXPIRED when it was good once. */
  verify(token: string): AccessClaims;

  /**
   * The refresh secrets of the session that follow `source`, one for each key; the first is the one to hand out. The
   * same source always gives the same ones, on every node, and without a key nobody can tell what they are.
   */
  refreshSecrets(sessionId: SessionId, source: string): readonly [string, ...string[]];

  /** Whether `refreshSecrets` of a service with one of our keys made this for this session, however long ago. */
  isRefreshSecret(sessionId: SessionId, secret: string): boolean;

  /** One-way digest of a random secret (refresh token, invite code), hex. Equal secrets have equal digests. */
  digest(secret: string): string;
}
