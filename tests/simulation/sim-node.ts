import { serveSockets } from '../../src/adapters/inbound/socket/serve-sockets.ts';
import { messageHandlers } from '../../src/adapters/inbound/http/message-handlers.ts';
import { roomHandlers, type RoomUseCases } from '../../src/adapters/inbound/http/room-handlers.ts';
import { silentTracer } from '../../src/adapters/outbound/memory/silent-tracer.ts';
import { silentProbe } from '../../src/adapters/outbound/memory/silent-probe.ts';
import { InMemoryPresenceRegistry } from '../../src/adapters/outbound/memory/in-memory-presence-registry.ts';
import { InMemoryRoomBus } from '../../src/adapters/outbound/memory/in-memory-room-bus.ts';
import { InMemoryRateLimiter } from '../../src/adapters/outbound/memory/in-memory-rate-limiter.ts';
import { InMemoryTokens } from '../../src/adapters/outbound/memory/in-memory-tokens.ts';
import { SequentialIds } from '../../src/adapters/outbound/memory/sequential-ids.ts';
import { persistenceOn } from '../../src/adapters/outbound/sequelize/persistence.ts';
import type { GroupCommitOptions } from '../../src/adapters/outbound/sequelize/group-commit.ts';
import { SocketRoomBroadcaster } from '../../src/adapters/outbound/socket/socket-room-broadcaster.ts';
import { toWireFailure } from '../../src/adapters/wire/error-map.ts';
import { Arrivals } from '../../src/adapters/wire/arrivals.ts';
import { SocketOutbox } from '../../src/adapters/wire/socket-outbox.ts';
import { MembershipCache } from '../../src/application/access/membership-cache.ts';
import { Moderation } from '../../src/application/moderation/moderation.ts';
import { RemoveMember } from '../../src/application/use-cases/remove-member.ts';
import { moderationHandlers, type ModerationUseCases } from '../../src/adapters/inbound/http/moderation-handlers.ts';
import { SpeakingTurns } from '../../src/application/access/speaking-turns.ts';
import { RoomAccess } from '../../src/application/access/room-access.ts';
import type { SessionGuard } from '../../src/application/access/session-guard.ts';
import { PresenceAnnouncer } from '../../src/application/live/presence-announcer.ts';
import { RoomFeed } from '../../src/application/live/room-feed.ts';
import { TypingBoard } from '../../src/application/live/typing-board.ts';
import type * as ports from '../../src/application/ports/index.ts';
import { ConnectDevice } from '../../src/application/use-cases/connect-device.ts';
import { CreateRoom } from '../../src/application/use-cases/create-room.ts';
import { IndicateTyping } from '../../src/application/use-cases/indicate-typing.ts';
import { JoinRoom } from '../../src/application/use-cases/join-room.ts';
import { LeaveRoom } from '../../src/application/use-cases/leave-room.ts';
import { ListMyRooms } from '../../src/application/use-cases/list-rooms.ts';
import { ListReceipts } from '../../src/application/use-cases/list-receipts.ts';
import { MarkRead } from '../../src/application/use-cases/mark-read.ts';
import { MarkReceipts } from '../../src/application/use-cases/mark-receipts.ts';
import { MarkUnread } from '../../src/application/use-cases/mark-unread.ts';
import { ReadEvents } from '../../src/application/use-cases/read-events.ts';
import { ReadHistory } from '../../src/application/use-cases/read-history.ts';
import { SendMessage } from '../../src/application/use-cases/send-message.ts';
import { SyncRooms } from '../../src/application/use-cases/sync-rooms.ts';
import { TrackPresence } from '../../src/application/use-cases/track-presence.ts';
import { ViewRoom } from '../../src/application/use-cases/view-room.ts';
import { WatchPresence } from '../../src/application/use-cases/watch-presence.ts';
import { SimServer } from './network/sim-server.ts';
import type { SimDatabase } from './database/sim-database.ts';
import type { SimTime } from './sim-time.ts';

export interface NodeSettings {
  readonly log: Partial<GroupCommitOptions>;
  readonly messageRate: ports.RateRule | null;
  /** How far this node's wall clock is off. */
  readonly skewMs: number;
}

/** Parts in whose place a mutant may put something else. */
export interface Parts {
  readonly persistence: ports.Persistence;
  readonly broadcaster: ports.RoomBroadcaster;
}

/** What is wrong with a node on purpose. */
export interface NodeMutation {
  readonly adapt?: (parts: Parts, database: SimDatabase) => Partial<Parts>;
  readonly adaptFeed?: (feed: RoomFeed) => void;
}

export interface NodeDeps {
  readonly name: string;
  readonly time: SimTime;
  readonly database: SimDatabase;
  readonly settings: NodeSettings;
  readonly mutation: NodeMutation;
  readonly onBug: (message: string, fields: object) => void;
}

const EPOCH_MS = 1_767_225_600_000;

export type RestCall =
  'sendMessage' | 'readEvents' | 'readHistory' | 'markUnread' | 'listMyRooms' | 'createRoom' | 'removeMember';
type Rest = (request: object) => Promise<{ readonly body: unknown }>;

/** One process of the product: everything in it is real but what lies outside of a process. */
export class SimNode {
  readonly server = new SimServer();
  isAlive = true;
  readonly #deps: NodeDeps;
  readonly #rest: Record<RestCall, Rest>;

  constructor(deps: NodeDeps) {
    this.#deps = deps;
    const { useCases, feed, announcer } = this.#build();
    deps.mutation.adaptFeed?.(feed);
    feed.start();
    announcer.start();
    this.#rest = {
      ...messageHandlers(useCases),
      ...roomHandlers(useCases as unknown as RoomUseCases),
      ...moderationHandlers(useCases as unknown as ModerationUseCases),
    } as unknown as Record<RestCall, Rest>;
  }

  get name(): string {
    return this.#deps.name;
  }

  /** As `kill -9` ends it: nothing in it reaches the outside any more. */
  kill(): void {
    this.isAlive = false;
    this.#deps.database.die();
  }

  /** A request that is not on a socket. Never answered by a process that is gone. */
  async request(call: RestCall, userId: string, request: object): Promise<unknown> {
    const reply = await this.#rest[call]({ caller: { userId }, params: {}, query: {}, body: {}, ...request }).then(
      ({ body }) => ({ ok: true, data: body }),
      (error: unknown) => {
        const failure = toWireFailure(error);
        if (failure.isBug) this.#deps.onBug(call, { error });
        return { ok: false, error: failure.error };
      },
    );
    if (!this.isAlive) return new Promise(() => undefined);
    return JSON.parse(JSON.stringify(reply)) as unknown;
  }

  #build() {
    const { time, database, settings, name, mutation, onBug } = this.#deps;
    const clock: ports.Clock = { nowMs: () => Math.floor(EPOCH_MS + time.nowMs + settings.skewMs) };
    const logger = loggerOf(onBug);
    const scheduler = this.#scheduler(logger);
    const ids = new SequentialIds(name);
    const outbox = new SocketOutbox(() => undefined);
    const arrivals = new Arrivals();
    const namespace = this.server.asNamespace;
    const given: Parts = {
      persistence: persistenceOn(database.asDatabase, settings.log),
      broadcaster: new SocketRoomBroadcaster({ namespace, outbox, arrivals, logger, tracer: silentTracer }),
    };
    const { persistence, broadcaster } = { ...given, ...mutation.adapt?.(given, database) };
    const { users, rooms, members, receipts, log, directory, unitOfWork } = persistence;
    const tokens = new InMemoryTokens({ clock, ids, expiresInSeconds: 1_000_000 });
    const limiter = new InMemoryRateLimiter({ clock });
    const presence = new InMemoryPresenceRegistry({ clock });
    const access = new RoomAccess({ rooms, memberships: new MembershipCache({ members, clock }) });
    const feed = new RoomFeed({ log, broadcaster, bus: new InMemoryRoomBus(), scheduler, logger, probe: silentProbe });
    const typing = new TypingBoard({ broadcaster, scheduler, clock });
    const announcer = new PresenceAnnouncer({ presence, members, users, broadcaster, scheduler, clock, logger });
    const trackPresence = new TrackPresence({ presence, announcer, typing });
    const shared = { unitOfWork, access, feed, broadcaster, ids, clock };
    const markReceipts = new MarkReceipts({ log, receipts, access, feed, broadcaster, clock });
    const turns = new SpeakingTurns({ limiter, serverLimit: settings.messageRate });
    const useCases = {
      createRoom: new CreateRoom(shared),
      joinRoom: new JoinRoom({ ...shared, rooms, tokens, announcer }),
      leaveRoom: new LeaveRoom({ ...shared, typing }),
      removeMember: new RemoveMember({ moderation: new Moderation({ ...shared, typing, logger }) }),
      viewRoom: new ViewRoom({ unitOfWork, access, presence }),
      watchPresence: new WatchPresence({ broadcaster }),
      indicateTyping: new IndicateTyping({ access, typing, clock }),
      sendMessage: new SendMessage({ log, access, turns, feed, typing, ids, clock }),
      markReceipts,
      markRead: new MarkRead({ log, access, markReceipts }),
      markUnread: new MarkUnread({ receipts, access }),
      syncRooms: new SyncRooms({ log, members }),
      readEvents: new ReadEvents({ log, access }),
      readHistory: new ReadHistory({ log, access }),
      listReceipts: new ListReceipts({ log, members, access }),
      listMyRooms: new ListMyRooms({ directory }),
    };
    serveSockets(this.server.asServer, {
      ...useCases,
      connectDevice: new ConnectDevice({ members, broadcaster, feed }),
      ...{ trackPresence, scheduler, arrivals, outbox, clock, logger, probe: silentProbe, tracer: silentTracer },
      guard: trustingGuard,
      gate: { admit: () => undefined },
      admission: { run: (work) => work() },
      limits: { admit: async () => undefined },
      edge: { frameBudget: null, began: () => () => undefined, isClosed: () => false },
    });
    return { useCases, feed, announcer };
  }

  #scheduler(logger: ports.Logger): ports.Scheduler {
    const run = async (task: () => void | Promise<void>) => {
      try {
        if (this.isAlive) await task();
      } catch (error) {
        logger.error({ error }, 'A scheduled task failed.');
      }
    };
    return { after: (delayMs, task) => this.#deps.time.after(delayMs, () => void run(task)) };
  }
}

/** A token is the id of its user: who gets in is not what a run is about. */
const trustingGuard = {
  authenticate: async (token: string) => ({ userId: token, sessionId: `session of ${token}`, expiresAtMs: 9e15 }),
} as unknown as SessionGuard;

const loggerOf = (onBug: NodeDeps['onBug']): ports.Logger => ({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields, message) => onBug(message, fields),
});
