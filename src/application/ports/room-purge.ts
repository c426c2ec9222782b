import type { RoomId } from '../../domain/room/room.ts';

/** Ends a room for good. Nothing else ever takes an entry out of a log. */
export interface RoomPurge {
  /**
   * Lets nobody in any more: the room is private, its invite code is another one, and its invites are revoked. False
   * when there is no such room. Repeating it changes nothing that matters.
   */
  close(roomId: RoomId, change: { readonly inviteCode: string; readonly atMs: number }): Promise<boolean>;

  /**
   * Deletes some of what belongs to the room, members included, in an order that can be interrupted anywhere: the log
   * from its beginning, and the room itself last. No other call waits for more than `limit` rows. Resolves to how many
   * were deleted; 0 when nothing is left.
   */
  deleteSome(roomId: RoomId, limit: number): Promise<number>;
}
