import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { MessageId } from '../../domain/message/message.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface ReceiptChange {
  readonly kind: 'read' | 'delivered';
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly seq: number;
  /** The entry at `seq`. */
  readonly messageId: MessageId;
  readonly atMs: number;
}

export interface TypingChange {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly isTyping: boolean;
}

export interface PresenceChange {
  readonly userId: UserId;
  readonly online: boolean;
  readonly lastSeenAtMs: number | null;
}

/**
 * The live connections of this node. No method throws or rejects: what was committed stays committed when a push
 * fails, and the log repairs what a push lost. Only sockets of members of a room hear of it.
 */
export interface RoomBroadcaster {
  /**
   * To every socket in the room, in the order given. Calls for one room arrive in seq order (RoomFeed sees to that).
   */
  deliver(roomId: RoomId, entries: readonly RoomEntry[]): void;

  /** Whether some socket of this node is in the room. */
  hasListeners(roomId: RoomId): boolean;

  /**
   * Puts a new connection into the rooms that were read for it, before it can hear anything. A membership that began or
   * ended between that read and this call (`admit`, `expel`) wins over the list.
   */
  attach(connectionId: string, roomIds: readonly RoomId[]): void;

  /** Puts the user's live sockets into the room, at once. */
  admit(roomId: RoomId, userId: UserId): void;

  /** Takes the user's live sockets out of the room, at once. What was delivered before still reaches them. */
  expel(roomId: RoomId, userId: UserId): void;

  /** To the sockets in the room. */
  receipt(change: ReceiptChange): void;

  /** To the sockets in the room but the user's own. */
  typing(change: TypingChange): void;

  /**
   * To the sockets in any of the rooms, each once, but the user's own. Of a room with more than PUSHED_LISTENERS_MAX
   * sockets here only to those that watch the user.
   */
  presence(change: PresenceChange, roomIds: readonly RoomId[]): void;

  /**
   * From now on the connection watches these users and no others. It hears of those with whom it shares a room at the
   * time of the change. An unknown connection changes nothing.
   */
  watch(connectionId: string, userIds: readonly UserId[]): void;

  /** Whether the user has a connection here, be it one that is only arriving. */
  hasConnections(userId: UserId): boolean;

  /** The sessions of this node's connections, each once. */
  liveSessions(): readonly SessionId[];

  /** Cuts the sockets of the session, at once. */
  endSession(sessionId: SessionId): void;
}
