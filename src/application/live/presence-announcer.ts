import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** Somebody who is back within this time (a reload, a change of network) was never away. */
export const OFFLINE_GRACE_MS = 1_000;
/** Written this often for those who are online, so that last seen is about right after a crash too. */
const SEEN_EVERY_MS = 15_000;
const SEEN_CHUNK = 500;

interface PresenceAnnouncerDeps {
  readonly presence: ports.PresenceRegistry;
  readonly members: ports.MembershipStore;
  readonly users: ports.UserStore;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly scheduler: ports.Scheduler;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** Tells those who share a room with a user that the user came or went, and keeps last seen. */
export class PresenceAnnouncer {
  readonly #deps: PresenceAnnouncerDeps;
  readonly #leaving = new Map<UserId, { readonly cancel: ports.Cancel; readonly leftAtMs: number }>();
  /** Departures that are being told at this moment. */
  readonly #settling = new Map<UserId, Promise<void>>();
  #cancelTouch: ports.Cancel | null = null;
  #stopped = false;

  constructor(deps: PresenceAnnouncerDeps) {
    this.#deps = deps;
  }

  async cameOnline(userId: UserId): Promise<void> {
    const leaving = this.#leaving.get(userId);
    if (leaving) {
      leaving.cancel();
      this.#leaving.delete(userId);
      return;
    }
    // Told after the departure, or those who hear both would believe that the person is gone.
    await this.#settling.get(userId);
    await this.#announce(userId, true, null);
  }

  /** Comings and goings that the registry finds by itself. */
  readonly found = ({ userId, status, leftAtMs }: ports.PresenceEdge): void => {
    if (status === 'online') void this.cameOnline(userId);
    else this.wentOffline(userId, leftAtMs ?? this.#deps.clock.nowMs());
  };

  wentOffline(userId: UserId, leftAtMs: number = this.#deps.clock.nowMs()): void {
    const { scheduler } = this.#deps;
    this.#leaving.get(userId)?.cancel();
    const cancel = scheduler.after(OFFLINE_GRACE_MS, () => {
      const settling = this.#settle(userId, leftAtMs).finally(() => this.#settling.delete(userId));
      this.#settling.set(userId, settling);
      return settling;
    });
    this.#leaving.set(userId, { cancel, leftAtMs });
  }

  /** Tells one room about somebody who has just joined it. */
  introduce(userId: UserId, roomId: RoomId): void {
    const { presence, broadcaster, logger } = this.#deps;
    presence.onlineAmong([userId]).then(
      (online) => {
        if (online.has(userId)) broadcaster.presence({ userId, online: true, lastSeenAtMs: null }, [roomId]);
      },
      (error: unknown) => logger.warn({ userId, error }, 'the presence of a new member could not be read'),
    );
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancelTouch = this.#deps.scheduler.after(SEEN_EVERY_MS, async () => {
      await this.#touch();
      this.start();
    });
  }

  /** Nobody is announced any more; who is still online is written down as seen now. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTouch?.();
    for (const { cancel } of this.#leaving.values()) cancel();
    const left = [...this.#leaving.keys()];
    this.#leaving.clear();
    await this.#touch(left);
  }

  async #settle(userId: UserId, leftAtMs: number): Promise<void> {
    const { presence, users, logger } = this.#deps;
    this.#leaving.delete(userId);
    // Back meanwhile, by another node.
    if ((await presence.onlineAmong([userId])).has(userId)) return;
    try {
      await users.markSeen([userId], leftAtMs);
    } catch (error) {
      logger.warn({ userId, error }, 'last seen could not be stored');
    }
    await this.#announce(userId, false, leftAtMs);
  }

  async #announce(userId: UserId, online: boolean, lastSeenAtMs: number | null): Promise<void> {
    const { members, broadcaster, logger } = this.#deps;
    try {
      broadcaster.presence({ userId, online, lastSeenAtMs }, await members.roomIdsOf(userId));
    } catch (error) {
      // Presence degrades; the connection it is about must not fail with it.
      logger.warn({ userId, error }, 'a change of presence could not be announced');
    }
  }

  async #touch(also: readonly UserId[] = []): Promise<void> {
    const { presence, users, clock, logger } = this.#deps;
    const userIds = [...new Set([...presence.localUsers(), ...also])];
    try {
      for (let start = 0; start < userIds.length; start += SEEN_CHUNK) {
        await users.markSeen(userIds.slice(start, start + SEEN_CHUNK), clock.nowMs());
      }
    } catch (error) {
      logger.warn({ error }, 'last seen could not be stored');
    }
  }
}
