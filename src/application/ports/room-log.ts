import type { MessageId } from '../../domain/message/message.ts';
import type { MessageEntry, RoomChange, RoomChangeEntry, RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface MessageDraft {
  readonly id: MessageId;
  readonly roomId: RoomId;
  readonly senderId: UserId;
  readonly content: string;
  readonly clientMessageId: string | null;
  readonly createdAtMs: number;
}

export type ChangeDraft = RoomChange & {
  readonly id: MessageId;
  readonly roomId: RoomId;
  readonly actorId: UserId;
  readonly createdAtMs: number;
};

export interface Appended {
  readonly entry: MessageEntry;
  /** True when the entry was there before this call: same room, sender and clientMessageId. */
  readonly deduplicated: boolean;
}

export interface LogRange {
  readonly roomId: RoomId;
  /** Exclusive. */
  readonly afterSeq: number;
  /** Inclusive. */
  readonly toSeq: number;
}

export interface MessagePageRequest {
  readonly roomId: RoomId;
  /** Exclusive upper bound: the newest messages below it. */
  readonly beforeSeq?: number;
  /** Exclusive lower bound: the oldest messages above it. At most one of the two. */
  readonly afterSeq?: number;
  /** 1..101; the caller has clamped it. */
  readonly limit: number;
}

/**
 * The log of every room. Entries are added at its end and never go away or move; all that ever changes in one is what
 * `RoomJournal.redact` takes out of it. `seq` is dense per room (1, 2, 3, ...), assigned by the commit: whoever reads
 * entry n can read 1..n-1, at every moment, on every node.
 */
export interface RoomLog {
  /**
   * Appends a message and resolves when it is durable. Exactly once per (room, sender, clientMessageId), for ever: a
   * repeat, parallel or years later, resolves to the first entry as it is now and `deduplicated`. Appends of one caller
   * to one room that are started in order get ascending seqs. May be written together with others. Rejects with
   * OVERLOADED when too many wait (nothing was written), or when the database cannot say whether it was written (send
   * it again with the same clientMessageId). Who is a member is the caller's business; but when a membership ends in a
   * unit of work, what its user sends stands before the entry that ended it, or is rejected with NOT_A_MEMBER.
   */
  append(draft: MessageDraft): Promise<Appended>;

  /** The message first stored under this key, or null. */
  findByClientMessageId(roomId: RoomId, senderId: UserId, clientMessageId: string): Promise<MessageEntry | null>;

  /** Highest seq; 0 for a room without entries. */
  head(roomId: RoomId): Promise<number>;

  /** Rooms without entries are left out. */
  heads(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>>;

  /** Entries of the ranges, each once, ascending by seq within each room. What lies above the head is left out. */
  ranges(ranges: readonly LogRange[]): Promise<readonly RoomEntry[]>;

  /** Messages only, always ascending by seq. An unknown room is an empty page. */
  messages(request: MessagePageRequest): Promise<readonly MessageEntry[]>;

  /**
   * The entries of the range that the user has made, and those besides messages that name the user; ascending by seq.
   */
  tracesOf(range: LogRange, userId: UserId): Promise<readonly RoomEntry[]>;

  byId(id: MessageId): Promise<RoomEntry | null>;

  at(roomId: RoomId, seq: number): Promise<RoomEntry | null>;
}

/** The log inside a unit of work. The caller holds the room's lock. */
export interface RoomJournal {
  head(roomId: RoomId): Promise<number>;

  /** Takes the next seq; visible to others, as everything in the unit, at its commit. */
  append(draft: ChangeDraft): Promise<RoomChangeEntry>;

  /**
   * Stores what is left of entries of the room, each in its place: of a message that it has no text, since when, and
   * its `clientMessageId` if that is to go; of a change its fields. Nothing of what they were can be read afterwards.
   */
  redact(roomId: RoomId, entries: readonly RoomEntry[]): Promise<void>;
}
