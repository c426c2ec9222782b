import type { PresenceChange, ReceiptChange, RoomBroadcaster, TypingChange } from '../../../application/ports/index.ts';
import { PUSHED_LISTENERS_MAX } from '../../../domain/presence/presence.ts';
import type { RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';

/** One thing that one connection was told. */
export type Heard =
  | { readonly event: 'entry'; readonly entry: RoomEntry }
  | { readonly event: 'receipt'; readonly change: ReceiptChange }
  | { readonly event: 'typing'; readonly change: TypingChange }
  | { readonly event: 'presence'; readonly change: PresenceChange };

export interface ConnectionIdentity {
  readonly connectionId: string;
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

interface Connection extends ConnectionIdentity {
  readonly rooms: Set<RoomId>;
  readonly heard: Heard[];
  watched: ReadonlySet<UserId>;
  /** Memberships that changed before `attach`; null from then on. */
  changedRooms: Map<RoomId, boolean> | null;
}

/** The live connections of one process, without a network: each keeps what it was told, in order, at once. */
export class InMemoryRoomBroadcaster implements RoomBroadcaster {
  readonly #connections = new Map<string, Connection>();
  readonly #heard = new Map<string, readonly Heard[]>();

  /** A connection that is not in any room yet. */
  connect(identity: ConnectionIdentity): void {
    if (this.#connections.has(identity.connectionId)) throw new Error('A connection with this id is there already.');
    const connection = { ...identity, rooms: new Set<RoomId>(), heard: [], watched: new Set<UserId>() };
    this.#connections.set(identity.connectionId, Object.assign(connection, { changedRooms: new Map() }));
    this.#heard.set(identity.connectionId, connection.heard);
  }

  /** What the connection has heard so far stays readable. */
  disconnect(connectionId: string): void {
    this.#connections.delete(connectionId);
  }

  isConnected(connectionId: string): boolean {
    return this.#connections.has(connectionId);
  }

  /** Everything that the connection was told, oldest first; it grows while the connection lasts. */
  heard(connectionId: string): readonly Heard[] {
    return this.#heard.get(connectionId) ?? [];
  }

  deliver(roomId: RoomId, entries: readonly RoomEntry[]): void {
    for (const { heard } of this.#inRoom(roomId)) {
      heard.push(...entries.map((entry) => ({ event: 'entry' as const, entry })));
    }
  }

  hasListeners(roomId: RoomId): boolean {
    return this.#inRoom(roomId).length > 0;
  }

  attach(connectionId: string, roomIds: readonly RoomId[]): void {
    const connection = this.#connections.get(connectionId);
    if (!connection) return;
    for (const roomId of roomIds) connection.rooms.add(roomId);
    for (const [roomId, isMember] of connection.changedRooms ?? []) {
      if (isMember) connection.rooms.add(roomId);
      else connection.rooms.delete(roomId);
    }
    connection.changedRooms = null;
  }

  admit(roomId: RoomId, userId: UserId): void {
    for (const connection of this.#of(userId)) {
      connection.changedRooms?.set(roomId, true);
      connection.rooms.add(roomId);
    }
  }

  expel(roomId: RoomId, userId: UserId): void {
    for (const connection of this.#of(userId)) {
      connection.changedRooms?.set(roomId, false);
      connection.rooms.delete(roomId);
    }
  }

  receipt(change: ReceiptChange): void {
    for (const { heard } of this.#inRoom(change.roomId)) heard.push({ event: 'receipt', change });
  }

  typing(change: TypingChange): void {
    for (const { heard, userId } of this.#inRoom(change.roomId)) {
      if (userId !== change.userId) heard.push({ event: 'typing', change });
    }
  }

  presence(change: PresenceChange, roomIds: readonly RoomId[]): void {
    const small = roomIds.filter((roomId) => this.#inRoom(roomId).length <= PUSHED_LISTENERS_MAX);
    for (const { heard, rooms, userId, watched } of this.#connections.values()) {
      const telling = watched.has(change.userId) ? roomIds : small;
      if (userId === change.userId || !telling.some((roomId) => rooms.has(roomId))) continue;
      heard.push({ event: 'presence', change });
    }
  }

  watch(connectionId: string, userIds: readonly UserId[]): void {
    const connection = this.#connections.get(connectionId);
    if (connection) connection.watched = new Set(userIds);
  }

  hasConnections(userId: UserId): boolean {
    return this.#of(userId).length > 0;
  }

  liveSessions(): readonly SessionId[] {
    return [...new Set([...this.#connections.values()].map(({ sessionId }) => sessionId))];
  }

  endSession(sessionId: SessionId): void {
    for (const connection of this.#connections.values()) {
      if (connection.sessionId === sessionId) this.disconnect(connection.connectionId);
    }
  }

  #inRoom(roomId: RoomId): Connection[] {
    return [...this.#connections.values()].filter(({ rooms }) => rooms.has(roomId));
  }

  #of(userId: UserId): Connection[] {
    return [...this.#connections.values()].filter((connection) => connection.userId === userId);
  }
}
