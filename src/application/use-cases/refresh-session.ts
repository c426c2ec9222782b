import { isLive, type Session, type SessionId } from '../../domain/session/session.ts';
import { audit } from '../auth/audit.ts';
import { SESSION_LIFE_MS, type SessionIssuer, type SignedIn } from '../auth/session-issuer.ts';
import type { SignInLimits } from '../auth/sign-in-limits.ts';
import { AppError } from '../errors/app-error.ts';
import type { SessionEnds } from '../live/session-ends.ts';
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
  readonly limits: SignInLimits;
  readonly ends: SessionEnds;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** `<session id>.<secret>`. Anything else is not asked for: a store may not even be able to compare it with an id. */
const REFRESH_TOKEN = /^([0-9a-f-]{36})\.([\w-]+)$/;

const REFUSED = () => new AppError('UNAUTHENTICATED', { message: 'The refresh token is not valid.' });

/** How long a spent token is taken for the repetition of a request whose answer was lost. */
export const REPEAT_MS = 30_000;

/**
 * A refresh token is good once, and what follows it is fixed: the same token always leads to the same next one. So a
 * request whose answer was lost, or whose commit nobody can vouch for, may be repeated for 30 s, by any number of tabs,
 * and gets the pair that it would have got. Later, or with a token that is older still, the same means that two
 * parties hold it, and nobody can tell which is the owner: the whole session ends. What was never issued for the
 * session is refused and ends nothing. Rejects with UNAUTHENTICATED. See docs/decisions/0007.
 */
export class RefreshSession {
  readonly #deps: RefreshSessionDeps;

  constructor(deps: RefreshSessionDeps) {
    this.#deps = deps;
  }

  async execute({ refreshToken, address }: RefreshSessionInput): Promise<SignedIn> {
    const { users, tokens, issuer, limits, logger } = this.#deps;
    const [, id, secret] = REFRESH_TOKEN.exec(refreshToken) ?? [];
    if (!id || !secret) throw REFUSED();
    const session = await this.#liveSession(id as SessionId);
    const isCurrent = tokens.digest(secret) === session.refreshDigest;
    const next = isCurrent
      ? await this.#rotate(session, secret, address)
      : await this.#repeat(session, secret, address);
    const user = await users.byId(session.userId);
    if (!user || user.disabledAtMs !== null) throw REFUSED();
    limits.ownerIsAt({ email: user.email, address });
    audit(logger, 'refresh', { userId: user.id, sessionId: session.id, address });
    return { ...issuer.issue(session, next), user: { id: user.id, email: user.email, username: user.username } };
  }

  async #rotate(session: Session, secret: string, address: string): Promise<string> {
    const { sessions, tokens, clock } = this.#deps;
    const [next] = tokens.refreshSecrets(session.id, secret);
    const change = { from: session.refreshDigest, to: tokens.digest(next) };
    const nowMs = clock.nowMs();
    try {
      const times = { usedAtMs: nowMs, expiresAtMs: nowMs + SESSION_LIFE_MS };
      if (await sessions.rotate(session.id, { ...change, ...times })) return next;
    } catch (error) {
      // Nobody knows whether that was committed but the store itself.
      const { refreshDigest } = await this.#liveSession(session.id);
      if (refreshDigest === change.to) return next;
      throw error;
    }
    // Somebody else was faster with the same token.
    return this.#repeat(await this.#liveSession(session.id), secret, address);
  }

  /** For a secret that is not the current one: what followed it, while that is current and new. */
  async #repeat(session: Session, secret: string, address: string): Promise<string> {
    const { tokens, clock, logger } = this.#deps;
    const followers = tokens.refreshSecrets(session.id, secret);
    const next = followers.find((follower) => tokens.digest(follower) === session.refreshDigest);
    if (next !== undefined && clock.nowMs() - session.usedAtMs < REPEAT_MS) return next;
    if (next !== undefined || tokens.isRefreshSecret(session.id, secret)) {
      await this.#end(session.id);
      audit(logger, 'refresh_reused', { userId: session.userId, sessionId: session.id, address });
    }
    throw REFUSED();
  }

  async #liveSession(id: SessionId): Promise<Session> {
    const session = await this.#deps.sessions.byId(id);
    if (!session || !isLive(session, this.#deps.clock.nowMs())) throw REFUSED();
    return session;
  }

  async #end(sessionId: SessionId): Promise<void> {
    const { sessions, ends, clock } = this.#deps;
    await ends.carryOut(async () => {
      await sessions.end(sessionId, clock.nowMs());
      return [sessionId];
    });
  }
}
