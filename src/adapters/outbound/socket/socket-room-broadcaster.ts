import type * as ports from '../../../application/ports/index.ts';
import { PUSHED_LISTENERS_MAX } from '../../../domain/presence/presence.ts';
import { isMessage, type RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';
import { EncodedPackets, eventPacket } from '../../wire/encoded-packets.ts';
import {
  roomChannel,
  sessionChannel,
  userChannel,
  watchChannel,
  type LiveNamespace,
  type LiveSocket,
} from '../../wire/live-socket.ts';
import { presentMessage, presentPresence, presentReceipt, presentRoomEvent } from '../../wire/present.ts';
import type { Arrivals } from '../../wire/arrivals.ts';
import type { SocketOutbox } from '../../wire/socket-outbox.ts';

const NOBODY: ReadonlySet<string> = new Set();

interface SocketRoomBroadcasterDeps {
  readonly namespace: LiveNamespace;
  readonly outbox: SocketOutbox;
  /** Sockets of the handshake: they are in rooms, and are written to when they are connected. */
  readonly arrivals: Arrivals;
  readonly logger: ports.Logger;
  readonly tracer: Pick<ports.Tracer, 'begin'>;
}

/**
 * The sockets of this node. Entries that are committed together leave together: what is delivered to a room within one
 * turn of the event loop is encoded once and written to each socket once.
 */
export class SocketRoomBroadcaster implements ports.RoomBroadcaster {
  readonly #namespace: LiveNamespace;
  readonly #outbox: SocketOutbox;
  readonly #arrivals: Arrivals;
  readonly #logger: ports.Logger;
  readonly #tracer: Pick<ports.Tracer, 'begin'>;
  #pending = new Map<RoomId, RoomEntry[]>();
  #steps: ((attributes: ports.SpanAttributes) => void)[] = [];
  #gathering = false;

  constructor(deps: SocketRoomBroadcasterDeps) {
    this.#namespace = deps.namespace;
    this.#outbox = deps.outbox;
    this.#arrivals = deps.arrivals;
    this.#logger = deps.logger;
    this.#tracer = deps.tracer;
  }

  deliver(roomId: RoomId, entries: readonly RoomEntry[]): void {
    this.#steps.push(this.#tracer.begin('parley fanout'));
    const waiting = this.#pending.get(roomId);
    if (waiting) waiting.push(...entries);
    else this.#pending.set(roomId, [...entries]);
    if (this.#gathering) return;
    this.#gathering = true;
    // The whole of a committed batch is told before this runs, so that it is encoded as one.
    setImmediate(() => this.flush());
  }

  /** Writes what was delivered so far, now. */
  flush(): void {
    this.#gather();
    this.#outbox.flush();
  }

  /** Hands what was delivered so far to the outbox, so that what follows comes after it. */
  #gather(): void {
    this.#gathering = false;
    const pending = this.#pending;
    this.#pending = new Map();
    const steps = this.#steps;
    this.#steps = [];
    const before = this.#outbox.delivered;
    for (const [roomId, entries] of pending) {
      this.#guard('deliver', () => this.#tell(roomChannel(roomId), entries.map(packetOf)));
    }
    const attributes = { 'parley.deliveries': this.#outbox.delivered - before, 'parley.rooms': pending.size };
    for (const end of steps) end(attributes);
  }

  hasListeners(roomId: RoomId): boolean {
    return this.#namespace.adapter.rooms.has(roomChannel(roomId));
  }

  attach(connectionId: string, roomIds: readonly RoomId[]): void {
    this.#guard('attach', () => {
      const socket = this.#socket(connectionId);
      if (!socket) return;
      const rooms = new Set(roomIds);
      for (const [roomId, isMember] of socket.data.changedRooms ?? []) {
        if (isMember) rooms.add(roomId);
        else rooms.delete(roomId);
      }
      socket.data.changedRooms = null;
      void socket.join([...rooms].map(roomChannel));
    });
  }

  admit(roomId: RoomId, userId: UserId): void {
    this.#guard('admit', () => {
      this.flush();
      for (const socket of this.#socketsIn(userChannel(userId))) {
        socket.data.changedRooms?.set(roomId, true);
        void socket.join(roomChannel(roomId));
      }
    });
  }

  expel(roomId: RoomId, userId: UserId): void {
    this.#guard('expel', () => {
      // What was delivered while the user belonged here still belongs to the user.
      this.flush();
      for (const socket of this.#socketsIn(userChannel(userId))) {
        socket.data.changedRooms?.set(roomId, false);
        void socket.leave(roomChannel(roomId));
      }
    });
  }

  receipt(change: ports.ReceiptChange): void {
    this.#guard('receipt', () => {
      this.#gather();
      const event = change.kind === 'read' ? 'read_receipt' : 'delivery_receipt';
      this.#tell(roomChannel(change.roomId), [eventPacket(event, presentReceipt(change))]);
    });
  }

  typing({ roomId, userId, isTyping }: ports.TypingChange): void {
    this.#guard('typing', () => {
      this.#namespace.to(roomChannel(roomId)).except(userChannel(userId)).emit('typing', { roomId, userId, isTyping });
    });
  }

  presence(change: ports.PresenceChange, roomIds: readonly RoomId[]): void {
    this.#guard('presence', () => {
      const { rooms } = this.#namespace.adapter;
      const encoded = new EncodedPackets([eventPacket('user_status', presentPresence(change))]);
      // The user's own sockets count as told. When a whole room comes at once, its statuses leave each socket together.
      const told = new Set(rooms.get(userChannel(change.userId)));
      const tell = (connectionId: string) => {
        if (told.has(connectionId)) return;
        told.add(connectionId);
        this.#send(connectionId, encoded);
      };
      const listeners = roomIds.map((roomId) => rooms.get(roomChannel(roomId)) ?? NOBODY);
      for (const room of listeners) if (room.size <= PUSHED_LISTENERS_MAX) room.forEach(tell);
      for (const connectionId of rooms.get(watchChannel(change.userId)) ?? NOBODY) {
        // Whoever watches is still told only what they share a room for.
        if (listeners.some((room) => room.has(connectionId))) tell(connectionId);
      }
    });
  }

  watch(connectionId: string, userIds: readonly UserId[]): void {
    this.#guard('watch', () => {
      const socket = this.#namespace.sockets.get(connectionId);
      if (!socket) return;
      const watched = new Set(userIds);
      for (const userId of socket.data.watched) if (!watched.has(userId)) void socket.leave(watchChannel(userId));
      void socket.join([...watched].map(watchChannel));
      socket.data.watched = watched;
    });
  }

  hasConnections(userId: UserId): boolean {
    return this.#namespace.adapter.rooms.has(userChannel(userId));
  }

  liveSessions(): readonly SessionId[] {
    const sessions = new Set<SessionId>();
    for (const { data } of this.#namespace.sockets.values()) sessions.add(data.sessionId);
    return [...sessions];
  }

  endSession(sessionId: SessionId): void {
    this.#guard('endSession', () => {
      for (const socket of this.#socketsIn(sessionChannel(sessionId))) socket.disconnect(true);
    });
  }

  #tell(channel: string, packets: readonly string[]): void {
    const members = this.#namespace.adapter.rooms.get(channel);
    if (!members) return;
    const encoded = new EncodedPackets(packets);
    for (const connectionId of members) this.#send(connectionId, encoded);
  }

  #send(connectionId: string, encoded: EncodedPackets): void {
    const socket = this.#namespace.sockets.get(connectionId);
    if (socket) this.#outbox.send(socket, encoded);
  }

  #socketsIn(channel: string): LiveSocket[] {
    const found: LiveSocket[] = [];
    for (const connectionId of this.#namespace.adapter.rooms.get(channel) ?? []) {
      const socket = this.#socket(connectionId);
      if (socket) found.push(socket);
    }
    return found;
  }

  #socket(connectionId: string): LiveSocket | undefined {
    return this.#namespace.sockets.get(connectionId) ?? this.#arrivals.get(connectionId);
  }

  /** What was committed stays committed when a push fails: the log repairs it, the command must not fail. */
  #guard(what: string, push: () => void): void {
    try {
      push();
    } catch (error) {
      this.#logger.error({ what, error }, 'a push to sockets failed');
    }
  }
}

function packetOf(entry: RoomEntry): string {
  return isMessage(entry)
    ? eventPacket('receive_message', presentMessage(entry))
    : eventPacket('room_event', presentRoomEvent(entry));
}
