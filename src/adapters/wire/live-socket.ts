import type { DefaultEventsMap, Namespace, Server, Socket } from 'socket.io';
import type { RoomId } from '../../domain/room/room.ts';
import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { ClientToServerEvents, ServerToClientEvents } from '../../contract/socket-types.ts';

/** What a connection knows of itself; set by the handshake, before anything else sees the socket. */
export interface LiveSocketData {
  readonly userId: UserId;
  sessionId: SessionId;
  expiresAtMs: number;
  /** Memberships that changed while the rooms of this connection were being read; null once it is attached. */
  changedRooms: Map<RoomId, boolean> | null;
  watched: ReadonlySet<UserId>;
}

export type LiveServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, LiveSocketData>;
export type LiveNamespace = Namespace<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, LiveSocketData>;
export type LiveSocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, LiveSocketData>;

/** Names of the Socket.IO rooms that we use. They never leave the server. */
export const roomChannel = (roomId: RoomId) => `room:${roomId}`;
export const userChannel = (userId: UserId) => `user:${userId}`;
/** The sockets that watch the user's presence. */
export const watchChannel = (userId: UserId) => `watch:${userId}`;
export const sessionChannel = (sessionId: SessionId) => `session:${sessionId}`;
