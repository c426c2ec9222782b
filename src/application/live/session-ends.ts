import type { SessionId } from '../../domain/session/session.ts';
import type { SessionGuard } from '../access/session-guard.ts';
import type * as ports from '../ports/index.ts';
import type { SessionWatch } from './session-watch.ts';

interface SessionEndsDeps {
  readonly guard: Pick<SessionGuard, 'forget'>;
  readonly broadcaster: Pick<ports.RoomBroadcaster, 'endSession'>;
  readonly watch: Pick<SessionWatch, 'checkSoon'>;
}

/** What follows the end of a session: nobody believes it any more, and its sockets are cut, on every node. */
export class SessionEnds {
  readonly #deps: SessionEndsDeps;

  constructor(deps: SessionEndsDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves to the sessions that `end` says have ended, when their sockets are cut. When it rejects, so does this;
   * but the store may have carried it out all the same, so the sessions of all live connections are checked soon.
   */
  async carryOut(end: () => Promise<readonly SessionId[]>): Promise<readonly SessionId[]> {
    const { guard, broadcaster, watch } = this.#deps;
    let ended: readonly SessionId[];
    try {
      ended = await end();
    } catch (error) {
      watch.checkSoon();
      throw error;
    }
    for (const sessionId of ended) {
      guard.forget(sessionId);
      broadcaster.endSession(sessionId);
    }
    return ended;
  }
}
