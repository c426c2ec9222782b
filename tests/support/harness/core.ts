import { expect } from 'vitest';
import { createMemoryPersistence } from '../../../src/adapters/outbound/memory/create-memory-persistence.ts';
import { InMemoryDenylist } from '../../../src/adapters/outbound/memory/in-memory-denylist.ts';
import { InMemoryLogger } from '../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { InMemoryPresenceRegistry } from '../../../src/adapters/outbound/memory/in-memory-presence-registry.ts';
import { InMemoryRateLimiter } from '../../../src/adapters/outbound/memory/in-memory-rate-limiter.ts';
import { InMemoryHub, InMemoryRoomBus } from '../../../src/adapters/outbound/memory/in-memory-room-bus.ts';
import { InMemoryRoomBroadcaster } from '../../../src/adapters/outbound/memory/in-memory-room-broadcaster.ts';
import { InMemoryTokens } from '../../../src/adapters/outbound/memory/in-memory-tokens.ts';
import { ManualClock } from '../../../src/adapters/outbound/memory/manual-clock.ts';
import { ManualScheduler } from '../../../src/adapters/outbound/memory/manual-scheduler.ts';
import { silentProbe } from '../../../src/adapters/outbound/memory/silent-probe.ts';
import { PlainHasher } from '../../../src/adapters/outbound/memory/plain-hasher.ts';
import { SequentialIds } from '../../../src/adapters/outbound/memory/sequential-ids.ts';
import { MembershipCache } from '../../../src/application/access/membership-cache.ts';
import { RoomAccess } from '../../../src/application/access/room-access.ts';
import { SpeakingTurns } from '../../../src/application/access/speaking-turns.ts';
import { Moderation } from '../../../src/application/moderation/moderation.ts';
import { ChangeRole } from '../../../src/application/use-cases/change-role.ts';
import { BanUser, LiftSanction, MuteMember } from '../../../src/application/use-cases/impose-sanction.ts';
import { IndicateTyping } from '../../../src/application/use-cases/indicate-typing.ts';
import { RemoveMember } from '../../../src/application/use-cases/remove-member.ts';
import { UpdateRoom } from '../../../src/application/use-cases/update-room.ts';
import { SessionGuard } from '../../../src/application/access/session-guard.ts';
import { PasswordPolicy } from '../../../src/application/auth/password-policy.ts';
import { SessionIssuer } from '../../../src/application/auth/session-issuer.ts';
import { BusIntake } from '../../../src/application/live/bus-intake.ts';
import { Newcomers } from '../../../src/application/live/newcomers.ts';
import { PresenceAnnouncer } from '../../../src/application/live/presence-announcer.ts';
import { RoomFeed } from '../../../src/application/live/room-feed.ts';
import { SessionEnds } from '../../../src/application/live/session-ends.ts';
import { SessionWatch } from '../../../src/application/live/session-watch.ts';
import { SharedBroadcaster } from '../../../src/application/live/shared-broadcaster.ts';
import { TypingBoard } from '../../../src/application/live/typing-board.ts';
import type * as ports from '../../../src/application/ports/index.ts';
import { ConnectDevice } from '../../../src/application/use-cases/connect-device.ts';
import { CreateRoom } from '../../../src/application/use-cases/create-room.ts';
import { JoinRoom } from '../../../src/application/use-cases/join-room.ts';
import { LeaveRoom } from '../../../src/application/use-cases/leave-room.ts';
import { MarkReceipts } from '../../../src/application/use-cases/mark-receipts.ts';
import { SendMessage } from '../../../src/application/use-cases/send-message.ts';
import { TrackPresence } from '../../../src/application/use-cases/track-presence.ts';
import { ViewRoom } from '../../../src/application/use-cases/view-room.ts';
import type { RoomEntry } from '../../../src/domain/room/room-entry.ts';
import type { RoomId } from '../../../src/domain/room/room.ts';
import type { SessionId } from '../../../src/domain/session/session.ts';
import type { User } from '../../../src/domain/user/user.ts';
import { aSessionId, aUser } from '../builders.ts';

export interface CoreOptions {
  /** Of nodes that share a database, so that they make different ids. */
  readonly name?: string;
  /** Where the other nodes are, which have to share `persistence` too. */
  readonly hub?: InMemoryHub;
  readonly limit?: ports.RateRule | null;
  /** Changes an adapter of the core, to let it fail or delay. */
  readonly adapt?: (adapters: Adapters) => Partial<Adapters>;
}

interface Adapters {
  readonly persistence: ports.Persistence;
  readonly broadcaster: ports.RoomBroadcaster;
}

export type Core = ReturnType<typeof createCore>;

/** The application on adapters in memory and a time that passes when told to. Nothing in it is a mock. */
export function createCore({ limit = null, adapt = () => ({}), name = '', hub = new InMemoryHub() }: CoreOptions = {}) {
  const clock = new ManualClock();
  const logger = new InMemoryLogger();
  const scheduler = new ManualScheduler({ clock, logger });
  const ids = new SequentialIds(name);
  const live = new InMemoryRoomBroadcaster();
  const given = { persistence: createMemoryPersistence(), broadcaster: live };
  const { persistence, broadcaster: local }: Adapters = { ...given, ...adapt(given) };
  const { users, sessions, rooms, members, receipts, log, unitOfWork } = persistence;
  const tokens = new InMemoryTokens({ clock, ids, expiresInSeconds: 3_600 });
  const limiter = new InMemoryRateLimiter({ clock });
  const presence = new InMemoryPresenceRegistry({ clock });
  const memberships = new MembershipCache({ members, clock });
  const access = new RoomAccess({ rooms, memberships });
  const bus = new InMemoryRoomBus(hub);
  const broadcaster = new SharedBroadcaster({ local, bus, memberships });
  const guard = new SessionGuard({ sessions, tokens, clock });
  const issuer = new SessionIssuer({ tokens, ids, clock });
  const passwords = new PasswordPolicy({ denylist: new InMemoryDenylist(['a common one']) });
  const feed = new RoomFeed({ log, broadcaster, bus, scheduler, logger, probe: silentProbe });
  const typing = new TypingBoard({ broadcaster, scheduler, clock });
  const remoteTyping = new TypingBoard({ broadcaster: local, scheduler, clock });
  const newcomers = new Newcomers({ members, log, access, feed, local, scheduler, clock, logger });
  const webhooks = { lookAt: () => undefined };
  bus.listen(new BusIntake({ feed, local, typing: remoteTyping, newcomers, guard, webhooks, scheduler, logger }));
  const sessionWatch = new SessionWatch({ sessions, guard, broadcaster: local, scheduler, clock, logger });
  const ends = new SessionEnds({ guard, broadcaster, watch: sessionWatch });
  const announcer = new PresenceAnnouncer({ presence, members, users, broadcaster, scheduler, clock, logger });
  const trackPresence = new TrackPresence({ presence, announcer, typing });
  const shared = { unitOfWork, access, feed, broadcaster, ids, clock };
  const turns = new SpeakingTurns({ limiter, serverLimit: limit });
  const moderation = new Moderation({ ...shared, typing, logger });
  const connectDevice = new ConnectDevice({ members, broadcaster, feed });
  const useCases = {
    createRoom: new CreateRoom(shared),
    joinRoom: new JoinRoom({ ...shared, rooms, tokens, announcer }),
    leaveRoom: new LeaveRoom({ ...shared, typing }),
    viewRoom: new ViewRoom({ unitOfWork, access, presence }),
    sendMessage: new SendMessage({ log, access, turns, feed, typing, ids, clock }),
    ...{ moderation, changeRole: new ChangeRole({ moderation }), removeMember: new RemoveMember({ moderation }) },
    ...{ banUser: new BanUser({ moderation }), muteMember: new MuteMember({ moderation }) },
    ...{ liftSanction: new LiftSanction({ moderation }), updateRoom: new UpdateRoom({ moderation }) },
    indicateTyping: new IndicateTyping({ access, typing, clock }),
    markReceipts: new MarkReceipts({ log, receipts, access, feed, broadcaster, clock }),
    trackPresence,
    connectDevice,
  };

  const aPerson = async (overrides: Partial<User> = {}): Promise<User> => {
    const user = aUser(overrides);
    await users.insert(user);
    return user;
  };
  let connections = 0;
  return {
    ...{
      clock,
      scheduler,
      logger,
      ids,
      live,
      persistence,
      broadcaster,
      tokens,
      limiter,
      presence,
      hasher: new PlainHasher(),
    },
    ...{ access, guard, issuer, passwords, feed, typing, newcomers, sessionWatch, ends, announcer, ...useCases },
    aPerson,

    /** A live connection of the user, in all rooms of the user. Resolves to its id. */
    async connect(user: Pick<User, 'id'>, sessionId: SessionId = aSessionId()): Promise<string> {
      connections += 1;
      const connectionId = `connection-${connections}`;
      live.connect({ connectionId, userId: user.id, sessionId });
      await connectDevice.execute({ userId: user.id, connectionId });
      await trackPresence.execute({ type: 'connected', userId: user.id, connectionId });
      return connectionId;
    },

    async disconnect(user: Pick<User, 'id'>, connectionId: string): Promise<void> {
      live.disconnect(connectionId);
      await trackPresence.execute({ type: 'disconnected', userId: user.id, connectionId });
    },

    /** A public room with these members; the first one owns it. */
    async aRoomOf(owner: User, ...others: readonly User[]): Promise<RoomId> {
      const { id } = await useCases.createRoom.execute({ userId: owner.id, name: 'a room', isPrivate: false });
      for (const other of others) await useCases.joinRoom.execute({ userId: other.id, roomId: id });
      return id;
    },

    send(roomId: RoomId, sender: User, content = 'hello', clientMessageId: string | null = null) {
      return useCases.sendMessage.execute({ roomId, senderId: sender.id, content, clientMessageId });
    },

    /** The entries of the room that a connection was told, oldest first. */
    entries(connectionId: string, roomId: RoomId): RoomEntry[] {
      return live
        .heard(connectionId)
        .flatMap((item) => (item.event === 'entry' && item.entry.roomId === roomId ? [item.entry] : []));
    },
  };
}

/** For `expect(...).rejects`: the refusal that a caller may see. */
export const refusal = (code: string) => expect.objectContaining({ name: 'AppError', code });
