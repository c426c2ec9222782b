import type { Invite, InviteId } from '../../domain/room/invite.ts';
import type { RoomId } from '../../domain/room/room.ts';

export interface InviteStore {
  insert(invite: Invite): Promise<void>;

  byDigest(codeDigest: string): Promise<Invite | null>;

  /** All invites of a room that were not revoked, the newest first. */
  ofRoom(roomId: RoomId): Promise<readonly Invite[]>;

  /** Counts one use if the invite is usable at `nowMs`, atomically: N parallel calls never count beyond `maxUses`. */
  use(id: InviteId, nowMs: number): Promise<boolean>;

  /** False when the room has no such invite that was not revoked. */
  revoke(roomId: RoomId, id: InviteId, atMs: number): Promise<boolean>;
}
