import type { Member, Role } from '../../domain/room/member.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { Standing } from '../../domain/room/standing.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface MembersRequest {
  readonly roomId: RoomId;
  /** Exclusive: the last user id of the page before. */
  readonly afterUserId?: UserId;
  readonly limit: number;
}

export interface MembershipStore {
  /** False, and nothing changed, when the user is a member already; also when two inserts race. */
  insert(member: Member): Promise<boolean>;

  /** False when the user was no member. */
  remove(roomId: RoomId, userId: UserId): Promise<boolean>;

  find(roomId: RoomId, userId: UserId): Promise<Member | null>;

  /** The role, the mute and the room's settings, as of one moment. Null when the user is no member. */
  standing(roomId: RoomId, userId: UserId): Promise<Standing | null>;

  /** False when the user is no member. */
  setRole(roomId: RoomId, userId: UserId, role: Role): Promise<boolean>;

  /** The members of a room, ascending by user id. An unknown room is empty. */
  ofRoom(request: MembersRequest): Promise<readonly Member[]>;

  countOfRoom(roomId: RoomId): Promise<number>;

  roomIdsOf(userId: UserId): Promise<readonly RoomId[]>;

  /** The same for many users at one moment, in one query. Every user that was asked for has a list, be it empty. */
  roomIdsOfEach(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly RoomId[]>>;

  /** The memberships that began then or later, the latest first, at most `limit`. */
  joinedSince(sinceMs: number, limit: number): Promise<readonly Pick<Member, 'roomId' | 'userId' | 'joinedAtMs'>[]>;

  /** Whether the two are in some room together. A user shares with themselves when in any room. */
  shareRoom(one: UserId, other: UserId): Promise<boolean>;
}
