import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { SessionGuard } from '../access/session-guard.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

export type EndSessionInput =
  | { readonly userId: UserId; readonly which: 'one'; readonly sessionId: SessionId }
  | { readonly userId: UserId; readonly which: 'all' };

interface EndSessionDeps {
  readonly sessions: ports.SessionStore;
  readonly guard: SessionGuard;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly clock: ports.Clock;
}

/** Logout: of this device, of another one of the same user, or of all. Tokens and live sockets end with the session. */
export class EndSession {
  readonly #deps: EndSessionDeps;

  constructor(deps: EndSessionDeps) {
    this.#deps = deps;
  }

  async execute(input: EndSessionInput): Promise<void> {
    const { sessions, guard, broadcaster, clock } = this.#deps;
    const ended =
      input.which === 'all' ? await sessions.endAll(input.userId, clock.nowMs()) : await this.#endOne(input);
    for (const sessionId of ended) {
      guard.forget(sessionId);
      broadcaster.endSession(sessionId);
    }
  }

  async #endOne({ userId, sessionId }: { userId: UserId; sessionId: SessionId }): Promise<readonly SessionId[]> {
    const { sessions, clock } = this.#deps;
    const session = await sessions.byId(sessionId);
    if (!session || session.userId !== userId) throw new AppError('NOT_FOUND', { message: 'No such session.' });
    await sessions.end(sessionId, clock.nowMs());
    return [sessionId];
  }
}
