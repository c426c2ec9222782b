import type { RoomId } from '../../domain/room/room.ts';
import type { Sanction, SanctionKind } from '../../domain/room/sanction.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface SanctionsRequest {
  readonly roomId: RoomId;
  readonly kind: SanctionKind;
  /** Those that are in force then. */
  readonly nowMs: number;
  /** Exclusive: the last user id of the page before. */
  readonly afterUserId?: UserId;
  readonly limit: number;
}

/** Bans and mutes: at most one of each kind for a user in a room. */
export interface SanctionStore {
  /** Takes the place of an earlier one of its kind. */
  put(sanction: Sanction): Promise<void>;

  /** Also one that has expired. */
  find(roomId: RoomId, kind: SanctionKind, userId: UserId): Promise<Sanction | null>;

  /** False when there was none. */
  lift(roomId: RoomId, kind: SanctionKind, userId: UserId): Promise<boolean>;

  /** Ascending by user id. */
  ofRoom(request: SanctionsRequest): Promise<readonly Sanction[]>;
}
