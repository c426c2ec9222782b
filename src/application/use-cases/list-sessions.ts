import type { Session } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** The devices on which the user is signed in, the most recently used first. */
export class ListSessions {
  readonly #sessions: ports.SessionStore;
  readonly #clock: ports.Clock;

  constructor(deps: { readonly sessions: ports.SessionStore; readonly clock: ports.Clock }) {
    this.#sessions = deps.sessions;
    this.#clock = deps.clock;
  }

  async execute({ userId }: { readonly userId: UserId }): Promise<readonly Session[]> {
    return this.#sessions.liveOf(userId, this.#clock.nowMs());
  }
}
