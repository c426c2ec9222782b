import type { SessionGuard } from '../access/session-guard.ts';
import type * as ports from '../ports/index.ts';

/** A session that ended on another node, which could not say so, is found within this time and one query. */
export const SESSION_CHECK_MS = 3_000;
/** After an end of unknown outcome: not at once, because the store may still be at it. */
export const DOUBT_MS = 500;
const CHUNK = 500;

interface SessionWatchDeps {
  readonly sessions: ports.SessionStore;
  readonly guard: Pick<SessionGuard, 'forget'>;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly scheduler: ports.Scheduler;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** Looks up whether the sessions of the live connections still live, and cuts the connections of those that do not. */
export class SessionWatch {
  readonly #deps: SessionWatchDeps;
  #cancel: ports.Cancel | null = null;
  #cancelSoon: ports.Cancel | null = null;
  #stopped = false;

  constructor(deps: SessionWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.scheduler.after(SESSION_CHECK_MS, async () => {
      await this.#checkOrWarn();
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancelSoon?.();
  }

  /** Checks in half a second, once for all that ask for it meanwhile. What ends later still is found as ever. */
  checkSoon(): void {
    if (this.#stopped) return;
    this.#cancelSoon ??= this.#deps.scheduler.after(DOUBT_MS, async () => {
      this.#cancelSoon = null;
      await this.#checkOrWarn();
    });
  }

  /** Checks all live connections now. */
  async check(): Promise<void> {
    const { sessions, guard, broadcaster, clock } = this.#deps;
    const all = broadcaster.liveSessions();
    for (let start = 0; start < all.length; start += CHUNK) {
      const chunk = all.slice(start, start + CHUNK);
      const live = await sessions.liveAmong(chunk, clock.nowMs());
      for (const sessionId of chunk) {
        if (live.has(sessionId)) continue;
        guard.forget(sessionId);
        broadcaster.endSession(sessionId);
      }
    }
  }

  async #checkOrWarn(): Promise<void> {
    try {
      await this.check();
    } catch (error) {
      // A database that does not answer ends nobody's session; it is asked again.
      this.#deps.logger.warn({ error }, 'the sessions of live connections could not be checked');
    }
  }
}
