import type { Invite, InviteId } from '../../domain/room/invite.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface InviteUse {
  readonly userId: UserId;
  /** The latest, if the user came in by it more than once. */
  readonly usedAtMs: number;
}

export interface InviteUsesRequest {
  readonly inviteId: InviteId;
  /** Exclusive: the last user id of the page before. */
  readonly afterUserId?: UserId;
  readonly limit: number;
}

export interface InviteStore {
  insert(invite: Invite): Promise<void>;

  byDigest(codeDigest: string): Promise<Invite | null>;

  /** All invites of a room that were not revoked, the newest first. */
  ofRoom(roomId: RoomId): Promise<readonly Invite[]>;

  byId(id: InviteId): Promise<Invite | null>;

  /**
   * Counts one use if the invite is usable at `nowMs`, atomically: N parallel calls never count beyond `maxUses`. Who
   * used it is remembered.
   */
  use(id: InviteId, userId: UserId, nowMs: number): Promise<boolean>;

  /** Who used the invite, ascending by user id. */
  usesOf(request: InviteUsesRequest): Promise<readonly InviteUse[]>;

  /** False when the room has no such invite that was not revoked. */
  revoke(roomId: RoomId, id: InviteId, atMs: number): Promise<boolean>;
}
