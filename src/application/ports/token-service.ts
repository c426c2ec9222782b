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

  /** One-way digest of a random secret (refresh token, invite code), hex. Equal secrets have equal digests. */
  digest(secret: string): string;
}
