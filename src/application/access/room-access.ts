import { mayModerate } from '../../domain/room/member.ts';
import type { RoomId } from '../../domain/room/room.ts';
import { silencedBy, type Standing } from '../../domain/room/standing.ts';
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
  standingOf(roomId: RoomId, userId: UserId): Promise<Standing | null> {
    return this.#memberships.standingOf(roomId, userId);
  }

  /** What the caller may do there, or ROOM_NOT_FOUND / NOT_A_MEMBER. */
  async requireMember(roomId: RoomId, userId: UserId): Promise<Standing> {
    const standing = await this.#memberships.standingOf(roomId, userId);
    if (standing !== null) return standing;
    const room = await this.#rooms.byId(roomId);
    throw new AppError(room && !room.isPrivate ? 'NOT_A_MEMBER' : 'ROOM_NOT_FOUND');
  }

  /** Also FORBIDDEN for members who do not moderate. */
  async requireModerator(roomId: RoomId, userId: UserId): Promise<Standing> {
    const standing = await this.requireMember(roomId, userId);
    if (!mayModerate(standing.role)) throw onlyAdmins();
    return standing;
  }

  /** After the commit of anything that changed this membership. */
  forget(roomId: RoomId, userId: UserId): void {
    this.#memberships.forget(roomId, userId);
  }

  /** After the commit of anything that changed what holds for everybody in the room. */
  forgetRoom(roomId: RoomId): void {
    this.#memberships.forgetRoom(roomId);
  }
}

export const onlyAdmins = (): AppError =>
  new AppError('FORBIDDEN', { message: 'Only admins of the room may do this.' });

/** Why the member may not speak now, or null: MUTED, with the time until it ends, or FORBIDDEN in a read-only room. */
export function refusalToSpeak(standing: Standing, nowMs: number): AppError | null {
  switch (silencedBy(standing, nowMs)) {
    case 'mute': {
      const endsAtMs = standing.mute?.expiresAtMs ?? null;
      return new AppError('MUTED', endsAtMs === null ? {} : { retryAfterMs: endsAtMs - nowMs });
    }
    case 'read_only':
      return new AppError('FORBIDDEN', { message: 'The room is read-only.' });
    case null:
      return null;
  }
}
