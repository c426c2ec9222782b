import type { MessageId } from '../message/message.ts';
import type { UserId } from '../user/user.ts';
import type { Role } from './member.ts';
import type { RoomId, RoomSettings } from './room.ts';

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
  /** Empty when the text is gone. */
  readonly content: string;
  readonly clientMessageId: string | null;
  /** Since when the text is gone; not there for a message that has its text. */
  readonly erasedAtMs?: number;
}

/** What can happen to a room besides a message. Applying one twice gives the same state as applying it once. */
export type RoomChange =
  | { readonly type: 'room_created'; readonly name: string; readonly isPrivate: boolean }
  | { readonly type: 'member_joined'; readonly userId: UserId; readonly username: string; readonly role: Role }
  | { readonly type: 'member_left'; readonly userId: UserId }
  | { readonly type: 'member_removed'; readonly userId: UserId }
  | { readonly type: 'role_changed'; readonly userId: UserId; readonly role: Role }
  /** Ends the membership, where there was one. */
  | ({ readonly type: 'member_banned'; readonly userId: UserId } & Terms)
  | { readonly type: 'ban_lifted'; readonly userId: UserId }
  | ({ readonly type: 'member_muted'; readonly userId: UserId } & Terms)
  | { readonly type: 'mute_lifted'; readonly userId: UserId }
  /**
   * The texts of the user's messages, or of all when it names nobody, are gone from `fromSeq` to `toSeq`, and with the
   * user's the name.
   */
  | {
      readonly type: 'messages_erased';
      readonly userId: UserId | null;
      readonly fromSeq: number;
      readonly toSeq: number;
    }
  /** Only what changed is named. */
  | ({ readonly type: 'room_updated'; readonly name?: string } & Partial<RoomSettings>);

interface Terms {
  readonly reason: string | null;
  readonly expiresAtMs: number | null;
}

export type RoomChangeType = RoomChange['type'];
export type RoomChangeEntry = EntryPosition & RoomChange;

/** One entry of a room's log: the log is the room's whole history, and the room's state can be rebuilt from it. */
export type RoomEntry = MessageEntry | RoomChangeEntry;

export type MembershipEnd = Extract<RoomChangeEntry, { type: 'member_left' | 'member_removed' | 'member_banned' }>;

export const endsMembership = (entry: RoomEntry): entry is MembershipEnd =>
  entry.type === 'member_left' || entry.type === 'member_removed' || entry.type === 'member_banned';

export const isMessage = (entry: RoomEntry): entry is MessageEntry => entry.type === 'message';
