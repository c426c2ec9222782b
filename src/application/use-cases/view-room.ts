import type { Member, Role } from '../../domain/room/member.ts';
import type { Room, RoomId } from '../../domain/room/room.ts';
import type { User, UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

/** The most members that a snapshot names; the rest are paged through ListMembers. */
export const SNAPSHOT_MEMBERS_MAX = 200;

export interface MemberView extends Member {
  readonly username: string;
  readonly online: boolean;
  readonly lastSeenAtMs: number | null;
}

export interface RoomSnapshot {
  readonly room: Room;
  readonly role: Role;
  readonly memberCount: number;
  /** Position of this snapshot in the room's log: it holds everything up to here and nothing later. */
  readonly headSeq: number;
  readonly members: readonly MemberView[];
  readonly membersComplete: boolean;
}

interface ViewRoomDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly access: RoomAccess;
  readonly presence: ports.PresenceRegistry;
}

/** The room, its members and its position in the log, read together. For members only. */
export class ViewRoom {
  readonly #deps: ViewRoomDeps;

  constructor(deps: ViewRoomDeps) {
    this.#deps = deps;
  }

  async execute({ roomId, userId }: { readonly roomId: RoomId; readonly userId: UserId }): Promise<RoomSnapshot> {
    const { unitOfWork, access, presence } = this.#deps;
    await access.requireMember(roomId, userId);
    const read = await unitOfWork.snapshot(async (stores) => {
      const room = await stores.rooms.byId(roomId);
      const self = await stores.members.find(roomId, userId);
      if (!room || !self) throw new AppError(room && !room.isPrivate ? 'NOT_A_MEMBER' : 'ROOM_NOT_FOUND');
      const headSeq = await stores.journal.head(roomId);
      const memberCount = await stores.members.countOfRoom(roomId);
      const members = await stores.members.ofRoom({ roomId, limit: SNAPSHOT_MEMBERS_MAX });
      const users = await stores.users.byIds(members.map((member) => member.userId));
      return { room, role: self.role, headSeq, memberCount, members, users };
    });
    const { users, members, ...rest } = read;
    return {
      ...rest,
      members: await describeMembers(presence, members, users),
      membersComplete: members.length === read.memberCount,
    };
  }
}

/** Adds to members who they are and whether they are there. */
export async function describeMembers(
  presence: ports.PresenceRegistry,
  members: readonly Member[],
  users: readonly User[],
): Promise<MemberView[]> {
  const byId = new Map(users.map((user) => [user.id, user]));
  const online = await presence.onlineAmong(members.map((member) => member.userId));
  return members.map((member) => ({
    ...member,
    username: byId.get(member.userId)?.username ?? '',
    online: online.has(member.userId),
    lastSeenAtMs: byId.get(member.userId)?.lastSeenAtMs ?? null,
  }));
}
