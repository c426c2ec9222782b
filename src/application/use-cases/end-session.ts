import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import { audit } from '../auth/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { SessionEnds } from '../live/session-ends.ts';
import type * as ports from '../ports/index.ts';

interface Asking {
  readonly userId: UserId;
  /** The session in which it is asked for. */
  readonly callerSessionId: SessionId;
  readonly address: string;
}

export type EndSessionInput =
  (Asking & { readonly which: 'one'; readonly sessionId: SessionId }) | (Asking & { readonly which: 'all' });

interface EndSessionDeps {
  readonly sessions: ports.SessionStore;
  readonly identities: ports.IdentityStore;
  readonly ends: SessionEnds;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** Logout: of this device, of another one of the same user, or of all. Tokens and live sockets end with the session. */
export class EndSession {
  readonly #deps: EndSessionDeps;

  constructor(deps: EndSessionDeps) {
    this.#deps = deps;
  }

  async execute(input: EndSessionInput): Promise<void> {
    const { ends, logger } = this.#deps;
    if (input.which === 'one') await this.#assertOwn(input);
    const ended = await ends.carryOut(() => (input.which === 'all' ? this.#endAll(input) : this.#endOne(input)));
    const { userId, callerSessionId, address } = input;
    const which = { userId, sessionId: callerSessionId, address };
    if (input.which === 'all') audit(logger, 'logout_all', { ...which, ended: ended.length });
    else if (input.sessionId === callerSessionId) audit(logger, 'logout', which);
    else audit(logger, 'session_revoked', { ...which, revokedSessionId: input.sessionId });
  }

  async #endAll({ userId }: Asking): Promise<readonly SessionId[]> {
    const { sessions, identities, clock } = this.#deps;
    const nowMs = clock.nowMs();
    // First, so that a token of another issuer that nobody has shown yet either is refused or is a session to end.
    await identities.endTokens(userId, nowMs);
    return sessions.endAll(userId, nowMs);
  }

  async #assertOwn({ userId, sessionId }: { userId: UserId; sessionId: SessionId }): Promise<void> {
    const session = await this.#deps.sessions.byId(sessionId);
    if (!session || session.userId !== userId) throw new AppError('NOT_FOUND', { message: 'No such session.' });
  }

  async #endOne({ sessionId }: { sessionId: SessionId }): Promise<readonly SessionId[]> {
    const { sessions, clock } = this.#deps;
    await sessions.end(sessionId, clock.nowMs());
    return [sessionId];
  }
}
