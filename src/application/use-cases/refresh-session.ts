import { isLive, type SessionId } from '../../domain/session/session.ts';
import type { SessionGuard } from '../access/session-guard.ts';
import { audit } from '../auth/audit.ts';
import { SESSION_LIFE_MS, type SessionIssuer, type SignedIn } from '../auth/session-issuer.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

export interface RefreshSessionInput {
  readonly refreshToken: string;
  readonly address: string;
}

interface RefreshSessionDeps {
  readonly sessions: ports.SessionStore;
  readonly users: ports.UserStore;
  readonly tokens: ports.TokenService;
  readonly issuer: SessionIssuer;
  readonly guard: SessionGuard;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** `<session id>.<secret>`. Anything else is not asked for: a store may not even be able to compare it with an id. */
const REFRESH_TOKEN = /^([0-9a-f-]{36})\.([\w-]+)$/;

const REFUSED = () => new AppError('UNAUTHENTICATED', { message: 'The refresh token is not valid.' });

/**
 * A refresh token is good once. Seeing a spent one means that two parties hold it, and nobody can tell which is the
 * owner: the whole session ends.
 */
export class RefreshSession {
  readonly #deps: RefreshSessionDeps;

  constructor(deps: RefreshSessionDeps) {
    this.#deps = deps;
  }

  async execute({ refreshToken, address }: RefreshSessionInput): Promise<SignedIn> {
    const { sessions, users, tokens, issuer, ids, clock, logger } = this.#deps;
    const [, id, secret] = REFRESH_TOKEN.exec(refreshToken) ?? [];
    if (!id || !secret) throw REFUSED();
    const session = await sessions.byId(id as SessionId);
    const nowMs = clock.nowMs();
    if (!session || !isLive(session, nowMs)) throw REFUSED();
    const next = ids.secret();
    const rotated = await sessions.rotate(session.id, {
      from: tokens.digest(secret),
      to: tokens.digest(next),
      usedAtMs: nowMs,
      expiresAtMs: nowMs + SESSION_LIFE_MS,
    });
    if (!rotated) {
      await this.#end(session.id);
      audit(logger, 'refresh_reused', { userId: session.userId, sessionId: session.id, address });
      throw REFUSED();
    }
    const user = await users.byId(session.userId);
    if (!user) throw REFUSED();
    audit(logger, 'refresh', { userId: user.id, sessionId: session.id, address });
    return { ...issuer.issue(session, next), user: { id: user.id, email: user.email, username: user.username } };
  }

  async #end(sessionId: SessionId): Promise<void> {
    await this.#deps.sessions.end(sessionId, this.#deps.clock.nowMs());
    this.#deps.guard.forget(sessionId);
    this.#deps.broadcaster.endSession(sessionId);
  }
}
