import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** Somebody who is back within this time (a reload, a change of network) was never away. */
export const OFFLINE_GRACE_MS = 1_000;
/** Who comes and goes within this time is told together: one query for all of them, one write for each socket. */
export const GATHER_MS = 200;
/** After a round of so many changes the next one gathers for longer: a write to each socket is what a storm costs. */
export const STORM_CHANGES = 50;
export const STORM_GATHER_MS = 1_000;
/** Written this often for those who are online, so that last seen is about right after a crash too. */
const SEEN_EVERY_MS = 15_000;
const CHUNK = 500;

interface PresenceAnnouncerDeps {
  readonly presence: ports.PresenceRegistry;
  readonly members: ports.MembershipStore;
  readonly users: ports.UserStore;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly scheduler: ports.Scheduler;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/**
 * Tells those who share a room with a user that the user came or went, and keeps last seen. When all come at once, as
 * after a restart, that costs what the number of rounds costs and not what the number of people does.
 */
export class PresenceAnnouncer {
  readonly #deps: PresenceAnnouncerDeps;
  readonly #leaving = new Map<UserId, { readonly cancel: ports.Cancel; readonly leftAtMs: number }>();
  /** What the next round tells. */
  #gathered = new Map<UserId, ports.PresenceChange>();
  /** A round is due or under way. One follows the other, so that two changes of one user are told in their order. */
  #isTelling = false;
  #isStorm = false;
  #cancelTouch: ports.Cancel | null = null;
  #stopped = false;

  constructor(deps: PresenceAnnouncerDeps) {
    this.#deps = deps;
  }

  cameOnline(userId: UserId): void {
    const leaving = this.#leaving.get(userId);
    leaving?.cancel();
    this.#leaving.delete(userId);
    // A departure that nobody has heard of did not happen.
    const isUntold = this.#gathered.get(userId)?.online === false && this.#gathered.delete(userId);
    if (!leaving && !isUntold) this.#gather({ userId, online: true, lastSeenAtMs: null });
  }

  /** Comings and goings that the registry finds by itself. */
  readonly found = ({ userId, status, leftAtMs }: ports.PresenceEdge): void => {
    if (status === 'online') this.cameOnline(userId);
    else this.wentOffline(userId, leftAtMs ?? this.#deps.clock.nowMs());
  };

  wentOffline(userId: UserId, leftAtMs: number = this.#deps.clock.nowMs()): void {
    this.#leaving.get(userId)?.cancel();
    const cancel = this.#deps.scheduler.after(OFFLINE_GRACE_MS, () => {
      this.#leaving.delete(userId);
      this.#gather({ userId, online: false, lastSeenAtMs: leftAtMs });
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
    const gone = [...this.#gathered.values()].filter(({ online }) => !online).map(({ userId }) => userId);
    const left = [...this.#leaving.keys(), ...gone];
    this.#leaving.clear();
    this.#gathered.clear();
    await this.#touch(left);
  }

  #gather(change: ports.PresenceChange): void {
    if (this.#stopped) return;
    this.#gathered.set(change.userId, change);
    this.#tellLater();
  }

  #tellLater(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    this.#deps.scheduler.after(this.#isStorm ? STORM_GATHER_MS : GATHER_MS, async () => {
      const changes = this.#gathered;
      this.#isStorm = changes.size >= STORM_CHANGES;
      this.#gathered = new Map();
      try {
        await this.#tell(changes);
      } catch (error) {
        // Presence degrades; the connections it is about must not fail with it.
        this.#deps.logger.warn({ error, users: changes.size }, 'changes of presence could not be announced');
      }
      this.#isTelling = false;
      if (this.#gathered.size > 0) this.#tellLater();
      else this.#isStorm = false;
    });
  }

  async #tell(changes: Map<UserId, ports.PresenceChange>): Promise<void> {
    const { presence, members, broadcaster } = this.#deps;
    const gone = [...changes.values()].filter(({ online }) => !online);
    // Some are back meanwhile, by another node.
    const back = gone.length > 0 ? await presence.onlineAmong(gone.map(({ userId }) => userId)) : new Set<UserId>();
    for (const userId of back) changes.delete(userId);
    for (const change of await this.#markGone(gone.filter(({ userId }) => !back.has(userId)))) {
      changes.set(change.userId, change);
    }
    for (const userIds of chunksOf([...changes.keys()])) {
      const rooms = await members.roomIdsOfEach(userIds);
      // All within one turn, so that they leave each socket together.
      for (const userId of userIds) {
        const change = changes.get(userId);
        if (change && !this.#stopped) broadcaster.presence(change, rooms.get(userId) ?? []);
      }
    }
  }

  /** Who went at about one moment is written down together. Resolves to what is to be told of them. */
  async #markGone(gone: readonly ports.PresenceChange[]): Promise<ports.PresenceChange[]> {
    const { users, logger } = this.#deps;
    const told: ports.PresenceChange[] = [];
    for (const [leftAtMs, userIds] of byMoment(gone)) {
      told.push(...userIds.map((userId) => ({ userId, online: false, lastSeenAtMs: leftAtMs })));
      try {
        for (const chunk of chunksOf(userIds)) await users.markSeen(chunk, leftAtMs);
      } catch (error) {
        logger.warn({ users: userIds.length, error }, 'last seen could not be stored');
      }
    }
    return told;
  }

  async #touch(also: readonly UserId[] = []): Promise<void> {
    const { presence, users, clock, logger } = this.#deps;
    const userIds = [...new Set([...presence.localUsers(), ...also])];
    try {
      for (const chunk of chunksOf(userIds)) await users.markSeen(chunk, clock.nowMs());
    } catch (error) {
      logger.warn({ error }, 'last seen could not be stored');
    }
  }
}

function chunksOf<T>(items: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += CHUNK) chunks.push(items.slice(start, start + CHUNK));
  return chunks;
}

/** The departures of each round's length, under the time of the last of them. */
function byMoment(gone: readonly ports.PresenceChange[]): Map<number, UserId[]> {
  const moments = new Map<number, { leftAtMs: number; readonly userIds: UserId[] }>();
  for (const { userId, lastSeenAtMs } of gone) {
    const leftAtMs = lastSeenAtMs ?? 0;
    const key = Math.floor(leftAtMs / GATHER_MS);
    const moment = moments.get(key) ?? { leftAtMs, userIds: [] };
    moments.set(key, moment);
    moment.leftAtMs = Math.max(moment.leftAtMs, leftAtMs);
    moment.userIds.push(userId);
  }
  return new Map([...moments.values()].map(({ leftAtMs, userIds }) => [leftAtMs, userIds]));
}
