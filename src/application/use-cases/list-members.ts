import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import type * as ports from '../ports/index.ts';
import { describeMembers, type MemberView } from './view-room.ts';

export interface ListMembersInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly afterUserId?: UserId | undefined;
  readonly limit: number;
}

interface ListMembersDeps {
  readonly members: ports.MembershipStore;
  readonly users: ports.UserStore;
  readonly presence: ports.PresenceRegistry;
  readonly access: RoomAccess;
}

/** The members of a room, ascending by user id, for members. */
export class ListMembers {
  readonly #deps: ListMembersDeps;

  constructor(deps: ListMembersDeps) {
    this.#deps = deps;
  }

  async execute(input: ListMembersInput): Promise<{ members: readonly MemberView[]; hasMore: boolean }> {
    const { members, users, presence, access } = this.#deps;
    const { roomId, userId, afterUserId, limit } = input;
    await access.requireMember(roomId, userId);
    const found = await members.ofRoom({ roomId, limit: limit + 1, ...(afterUserId ? { afterUserId } : {}) });
    const page = found.slice(0, limit);
    const people = await users.byIds(page.map((member) => member.userId));
    return { members: await describeMembers(presence, page, people), hasMore: found.length > limit };
  }
}
