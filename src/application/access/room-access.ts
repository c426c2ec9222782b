import type { Role } from '../../domain/room/member.ts';
import { mayModerate } from '../../domain/room/member.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';
import type { MembershipCache } from './membership-cache.ts';

/** Who may do what in a room. A private room that the caller may not see answers as one that does not exist. */
export class RoomAccess {
  readonly #rooms: ports.RoomStore;
  readonly #memberships: MembershipCache;

  constructor(deps: { readonly rooms: ports.RoomStore; readonly memberships: MembershipCache }) {
    this.#rooms = deps.rooms;
    this.#memberships = deps.memberships;
  }

  /** Null for who is no member. */
  roleOf(roomId: RoomId, userId: UserId): Promise<Role | null> {
    return this.#memberships.roleOf(roomId, userId);
  }

  /** The caller's role, or ROOM_NOT_FOUND / NOT_A_MEMBER. */
  async requireMember(roomId: RoomId, userId: UserId): Promise<Role> {
    const role = await this.#memberships.roleOf(roomId, userId);
    if (role !== null) return role;
    const room = await this.#rooms.byId(roomId);
    throw new AppError(room && !room.isPrivate ? 'NOT_A_MEMBER' : 'ROOM_NOT_FOUND');
  }

  /** Also FORBIDDEN for members who do not moderate. */
  async requireModerator(roomId: RoomId, userId: UserId): Promise<Role> {
    const role = await this.requireMember(roomId, userId);
    if (!mayModerate(role)) throw new AppError('FORBIDDEN', { message: 'Only admins of the room may do this.' });
    return role;
  }

  /** After the commit of anything that changed this membership. */
  forget(roomId: RoomId, userId: UserId): void {
    this.#memberships.forget(roomId, userId);
  }
}
