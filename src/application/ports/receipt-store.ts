import type { Watermarks } from '../../domain/room/member.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface ReceiptReport {
  readonly roomId: RoomId;
  readonly userId: UserId;
  /** Both already bounded by the head of the room. */
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

export interface ReceiptOutcome {
  readonly before: Watermarks;
  /** In force and durable when the promise resolves. */
  readonly now: Watermarks;
}

/** The watermarks of members. They live beside the membership and end with it. */
export interface ReceiptStore {
  /**
   * Raises the watermarks as domain `advance` does: never back, read implies delivered. Reports may be applied together
   * with others; parallel reports of one member end at the maximum. Null when the user is no member.
   */
  advance(report: ReceiptReport): Promise<ReceiptOutcome | null>;

  /**
   * From `fromSeq` on messages count as unread for this member alone, whatever was read; the watermarks stay what they
   * are. The mark goes with the next report that `fromSeq` or something later was read, or with null. False when the
   * user is no member.
   */
  markUnread(roomId: RoomId, userId: UserId, fromSeq: number | null): Promise<boolean>;
}
