import type { SessionId } from '../../domain/session/session.ts';
import type { ExternalSessions } from '../auth/external-sessions.ts';
import { AppError } from '../errors/app-error.ts';
import { GatheredReads } from '../live/gathered-reads.ts';
import type * as ports from '../ports/index.ts';

/** The longest time for which a session that ended on another node may still be believed. */
const TTL_MS = 1_000;
const ENTRIES_MAX = 50_000;

/**
 * Whether the session behind a valid token still lives. At most one look per session and second, whatever the traffic,
 * and one query for all that are looked at together.
 */
export class SessionGuard {
  readonly #live = new Map<SessionId, { readonly check: Promise<boolean>; readonly untilMs: number }>();
  readonly #looks: GatheredReads<SessionId, boolean>;
  readonly #tokens: ports.TokenService;
  readonly #clock: ports.Clock;
  readonly #external: Pick<ExternalSessions, 'claimsOf'> | null;

  constructor(deps: {
    readonly sessions: ports.SessionStore;
    readonly tokens: ports.TokenService;
    readonly clock: ports.Clock;
    /** Who reads tokens that are not ours; null: nobody. */
    readonly external?: Pick<ExternalSessions, 'claimsOf'> | null;
  }) {
    const { sessions, clock } = deps;
    this.#looks = new GatheredReads({
      read: async (ids) => {
        const live = await sessions.liveAmong(ids, clock.nowMs());
        return new Map(ids.map((id) => [id, live.has(id)]));
      },
    });
    this.#tokens = deps.tokens;
    this.#clock = deps.clock;
    this.#external = deps.external ?? null;
  }

  /** The claims of a good token of a live session; else UNAUTHENTICATED or TOKEN_EXPIRED. */
  async authenticate(token: string): Promise<ports.AccessClaims> {
    const claims = await this.#claimsOf(token);
    if (!(await this.#isLive(claims.sessionId))) {
      throw new AppError('UNAUTHENTICATED', { message: 'The session has ended.' });
    }
    return claims;
  }

  async #claimsOf(token: string): Promise<ports.AccessClaims> {
    try {
      return this.#tokens.verify(token);
    } catch (error) {
      // One of ours that has expired is nobody else's.
      if (!this.#external || !(error instanceof AppError) || error.code !== 'UNAUTHENTICATED') throw error;
    }
    return this.#external.claimsOf(token);
  }

  /** After the commit of the session's end. */
  forget(sessionId: SessionId): void {
    this.#live.delete(sessionId);
  }

  #isLive(sessionId: SessionId): Promise<boolean> {
    const nowMs = this.#clock.nowMs();
    const known = this.#live.get(sessionId);
    if (known && known.untilMs > nowMs) return known.check;
    const check = this.#looks.of(sessionId);
    const entry = { check, untilMs: nowMs + TTL_MS };
    this.#live.set(sessionId, entry);
    if (this.#live.size > ENTRIES_MAX) {
      const oldest = this.#live.keys().next();
      if (!oldest.done) this.#live.delete(oldest.value);
    }
    const drop = () => {
      if (this.#live.get(sessionId) === entry) this.#live.delete(sessionId);
    };
    check.then((live) => (live ? undefined : drop()), drop);
    return check;
  }
}
