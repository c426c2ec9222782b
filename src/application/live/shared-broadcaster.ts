import type { RoomChangeEntry, RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { MembershipCache } from '../access/membership-cache.ts';
import type * as ports from '../ports/index.ts';

interface SharedBroadcasterDeps {
  /** The sockets of this node. */
  readonly local: ports.RoomBroadcaster;
  readonly bus: ports.RoomBus;
  readonly memberships: MembershipCache;
}

/**
 * The live connections of all nodes: what passes and is stored nowhere is told to the sockets here and to the other
 * nodes. Entries of the log are not: each node's `RoomFeed` delivers them to its own sockets.
 */
export class SharedBroadcaster implements ports.RoomBroadcaster {
  readonly #deps: SharedBroadcasterDeps;

  constructor(deps: SharedBroadcasterDeps) {
    this.#deps = deps;
  }

  deliver(roomId: RoomId, entries: readonly RoomEntry[]): void {
    for (const entry of entries) if (entry.type !== 'message') this.#heed(entry);
    this.#deps.local.deliver(roomId, entries);
  }

  hasListeners(roomId: RoomId): boolean {
    return this.#deps.local.hasListeners(roomId);
  }

  hasConnections(userId: UserId): boolean {
    return this.#deps.local.hasConnections(userId);
  }

  liveSessions(): readonly SessionId[] {
    return this.#deps.local.liveSessions();
  }

  attach(connectionId: string, roomIds: readonly RoomId[]): void {
    this.#deps.local.attach(connectionId, roomIds);
  }

  /** The log says that a membership began, on whichever node. */
  admit(roomId: RoomId, userId: UserId): void {
    this.#deps.memberships.forget(roomId, userId);
    this.#deps.local.admit(roomId, userId);
  }

  /** The log says that a membership ended: who asks for it here is answered from the database again. */
  expel(roomId: RoomId, userId: UserId): void {
    this.#deps.memberships.forget(roomId, userId);
    this.#deps.local.expel(roomId, userId);
  }

  receipt(change: ports.ReceiptChange): void {
    this.#deps.local.receipt(change);
    this.#deps.bus.tell(change.roomId, { type: 'receipt', change });
  }

  typing(change: ports.TypingChange): void {
    this.#deps.local.typing(change);
    this.#deps.bus.tell(change.roomId, { type: 'typing', change });
  }

  presence(change: ports.PresenceChange, roomIds: readonly RoomId[]): void {
    this.#deps.local.presence(change, roomIds);
    for (const roomId of roomIds) this.#deps.bus.tell(roomId, { type: 'presence', change });
  }

  watch(connectionId: string, userIds: readonly UserId[]): void {
    this.#deps.local.watch(connectionId, userIds);
  }

  endSession(sessionId: SessionId): void {
    this.#deps.local.endSession(sessionId);
    this.#deps.bus.tellAll({ type: 'session_ended', sessionId });
  }

  /** What the log says about rights holds from here on, on whichever node it was written. */
  #heed(entry: RoomChangeEntry): void {
    const { memberships } = this.#deps;
    if (entry.type === 'room_updated') memberships.forgetRoom(entry.roomId);
    else if ('userId' in entry && entry.userId !== null) memberships.forget(entry.roomId, entry.userId);
  }
}
