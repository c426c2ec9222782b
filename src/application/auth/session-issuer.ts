import type { Session, SessionId } from '../../domain/session/session.ts';
import type { User, UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** How long a device stays signed in without being used. */
export const SESSION_LIFE_MS = 30 * 24 * 60 * 60 * 1_000;

export interface IssuedTokens {
  readonly token: string;
  /** `<session id>.<secret>`; only a digest of the secret is kept. */
  readonly refreshToken: string;
  readonly expiresAtMs: number;
  readonly expiresInSeconds: number;
}

export interface SignedIn extends IssuedTokens {
  readonly user: Pick<User, 'id' | 'email' | 'username'>;
}

interface SessionIssuerDeps {
  readonly tokens: ports.TokenService;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

/** Makes sessions and the pair of tokens that belongs to one. Storing the session is the use case's business. */
export class SessionIssuer {
  readonly #deps: SessionIssuerDeps;

  constructor(deps: SessionIssuerDeps) {
    this.#deps = deps;
  }

  begin(userId: UserId, userAgent: string): { session: Session; issued: IssuedTokens } {
    const { tokens, ids, clock } = this.#deps;
    const nowMs = clock.nowMs();
    const id = ids.uuid() as SessionId;
    const [secret] = tokens.refreshSecrets(id, ids.secret());
    const session: Session = {
      id,
      userId,
      refreshDigest: tokens.digest(secret),
      createdAtMs: nowMs,
      usedAtMs: nowMs,
      expiresAtMs: nowMs + SESSION_LIFE_MS,
      endedAtMs: null,
      userAgent: userAgent.slice(0, 200),
    };
    return { session, issued: this.issue(session, secret) };
  }

  issue(session: Pick<Session, 'id' | 'userId'>, secret: string): IssuedTokens {
    const { tokens, clock } = this.#deps;
    const { token, expiresAtMs } = tokens.issue({ userId: session.userId, sessionId: session.id });
    const expiresInSeconds = Math.max(0, Math.round((expiresAtMs - clock.nowMs()) / 1_000));
    return { token, refreshToken: `${session.id}.${secret}`, expiresAtMs, expiresInSeconds };
  }
}
