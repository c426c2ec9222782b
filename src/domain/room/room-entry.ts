import type { MessageId } from '../message/message.ts';
import type { UserId } from '../user/user.ts';
import type { Role } from './member.ts';
import type { RoomId } from './room.ts';

/** Where and when an entry stands. `seq` is 1, 2, 3, ... in its room, without a gap. */
export interface EntryPosition {
  readonly id: MessageId;
  readonly roomId: RoomId;
  readonly seq: number;
  readonly actorId: UserId;
  readonly createdAtMs: number;
}

export interface MessageEntry extends EntryPosition {
  readonly type: 'message';
  readonly content: string;
  readonly clientMessageId: string | null;
}

/** What can happen to a room besides a message. Applying one twice gives the same state as applying it once. */
export type RoomChange =
  | { readonly type: 'room_created'; readonly name: string; readonly isPrivate: boolean }
  | { readonly type: 'member_joined'; readonly userId: UserId; readonly username: string; readonly role: Role }
  | { readonly type: 'member_left'; readonly userId: UserId };

export type RoomChangeType = RoomChange['type'];
export type RoomChangeEntry = EntryPosition & RoomChange;

/** One entry of a room's log: the log is the room's whole history, and the room's state can be rebuilt from it. */
export type RoomEntry = MessageEntry | RoomChangeEntry;

export const isMessage = (entry: RoomEntry): entry is MessageEntry => entry.type === 'message';
