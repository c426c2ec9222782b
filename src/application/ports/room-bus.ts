import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { PresenceChange, ReceiptChange, TypingChange } from './room-broadcaster.ts';

/** What one node tells the others of a room. */
export type RoomNews =
  | { readonly type: 'entries'; readonly entries: readonly RoomEntry[] }
  | { readonly type: 'receipt'; readonly change: ReceiptChange }
  | { readonly type: 'typing'; readonly change: TypingChange }
  | { readonly type: 'presence'; readonly change: PresenceChange };

/** What one node tells all others, because it does not know whose users it is about. */
export type NodeNews =
  | { readonly type: 'session_ended'; readonly sessionId: SessionId }
  | { readonly type: 'member_joined'; readonly roomId: RoomId; readonly userId: UserId; readonly seq: number }
  /** For whoever delivers to webhooks. */
  | { readonly type: 'rooms_changed'; readonly roomIds: readonly RoomId[] };

/** What a node does with what the others tell. No method throws or rejects. */
export interface BusListener {
  /** Only of rooms that are followed here. */
  news(roomId: RoomId, news: readonly RoomNews[]): void;

  nodeNews(news: NodeNews): void;

  /** News of these rooms may have been missed until now, as they are followed only from here on (again). */
  missed(roomIds: readonly RoomId[]): void;
}

/**
 * Carries news between nodes so that they need not wait for the next look into the database. It may lose, repeat and
 * reorder what it carries, and nothing may depend on it: whatever must be right is read from the database every few
 * seconds. No method throws, rejects or waits; a bus that is out of reach drops what it cannot pass on, and keeps a
 * bounded amount of memory for what is on its way. A node never hears itself.
 */
export interface RoomBus {
  /** Called once, before anything else. */
  listen(listener: BusListener): void;

  /** From soon on the news of this room are heard. Repeating it changes nothing. */
  follow(roomId: RoomId): void;

  unfollow(roomId: RoomId): void;

  /** Tells the other nodes that follow the room. What is told within one turn of the event loop travels together. */
  tell(roomId: RoomId, news: RoomNews): void;

  tellAll(news: NodeNews): void;

  close(): Promise<void>;
}
