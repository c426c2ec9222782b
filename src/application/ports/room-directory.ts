import type { Role, Watermarks } from '../../domain/room/member.ts';
import type { MessageEntry } from '../../domain/room/room-entry.ts';
import type { Room } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface RoomSummary extends Watermarks {
  readonly room: Room;
  readonly role: Role;
  readonly memberCount: number;
  readonly headSeq: number;
  /** Messages of others above `readSeq`, or from where the member marked them unread. Equal to a recount of the log. */
  readonly unreadCount: number;
  readonly lastMessage: MessageEntry | null;
}

/** What a list of rooms on a screen shows. */
export interface RoomDirectory {
  /** Every room of the user, the one with the latest message (or, without one, the latest creation) first. */
  summariesOf(userId: UserId): Promise<readonly RoomSummary[]>;
}
