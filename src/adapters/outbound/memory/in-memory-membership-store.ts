import type { MembershipStore, MembersRequest } from '../../../application/ports/index.ts';
import type { Member, Role } from '../../../domain/room/member.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Standing } from '../../../domain/room/standing.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import { positionOf } from './memory-index.ts';
import { memberKey, type MemoryTables } from './memory-tables.ts';

export class InMemoryMembershipStore implements MembershipStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  insert(member: Member): Promise<boolean> {
    return this.#access.write(() => {
      const { roomId, userId } = member;
      const key = memberKey(roomId, userId);
      if (this.#tables.members.has(key)) return false;
      this.#tables.members.insert(key, Object.freeze({ ...member }));
      this.#tables.formerMembers.delete(key);
      this.#tables.membersOfRoom.add(roomId, userId);
      this.#tables.roomsOfUser.add(userId, roomId);
      return true;
    });
  }

  remove(roomId: RoomId, userId: UserId): Promise<boolean> {
    return this.#access.write(() => {
      const key = memberKey(roomId, userId);
      if (!this.#tables.members.has(key)) return false;
      this.#tables.members.delete(key);
      this.#tables.formerMembers.set(key, true);
      this.#tables.unreadFrom.delete(key);
      this.#tables.membersOfRoom.remove(roomId, userId);
      this.#tables.roomsOfUser.remove(userId, roomId);
      return true;
    });
  }

  find(roomId: RoomId, userId: UserId): Promise<Member | null> {
    return this.#access.read(() => this.#tables.members.get(memberKey(roomId, userId)) ?? null);
  }

  standing(roomId: RoomId, userId: UserId): Promise<Standing | null> {
    return this.#access.read(() => {
      const member = this.#tables.members.get(memberKey(roomId, userId));
      const room = this.#tables.rooms.get(roomId);
      if (!member || !room) return null;
      const mute = this.#tables.sanctions.get(`${roomId}/mute/${userId}`);
      return { role: member.role, mute: mute ? { expiresAtMs: mute.expiresAtMs } : null, settings: room.settings };
    });
  }

  setRole(roomId: RoomId, userId: UserId, role: Role): Promise<boolean> {
    return this.#access.write(() => {
      const key = memberKey(roomId, userId);
      const member = this.#tables.members.get(key);
      if (!member) return false;
      this.#tables.members.set(key, Object.freeze({ ...member, role }));
      return true;
    });
  }

  ofRoom({ roomId, afterUserId, limit }: MembersRequest): Promise<readonly Member[]> {
    return this.#access.read(() => {
      const userIds = this.#tables.membersOfRoom.of(roomId);
      let start = afterUserId === undefined ? 0 : positionOf(userIds, afterUserId);
      if (userIds[start] === afterUserId) start += 1;
      const page = userIds.slice(start, start + limit);
      return page.map((id) => this.#tables.members.get(memberKey(roomId, id))).filter((member) => member !== undefined);
    });
  }

  countOfRoom(roomId: RoomId): Promise<number> {
    return this.#access.read(() => this.#tables.membersOfRoom.of(roomId).length);
  }

  roomIdsOf(userId: UserId): Promise<readonly RoomId[]> {
    return this.#access.read(() => this.#tables.roomsOfUser.of(userId));
  }

  roomIdsOfEach(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly RoomId[]>> {
    return this.#access.read(() => new Map(userIds.map((userId) => [userId, this.#tables.roomsOfUser.of(userId)])));
  }

  joinedSince(sinceMs: number, limit: number): Promise<readonly Pick<Member, 'roomId' | 'userId' | 'joinedAtMs'>[]> {
    return this.#access.read(() =>
      [...this.#tables.members.values()]
        .filter(({ joinedAtMs }) => joinedAtMs >= sinceMs)
        .sort((a, b) => b.joinedAtMs - a.joinedAtMs)
        .slice(0, limit)
        .map(({ roomId, userId, joinedAtMs }) => ({ roomId, userId, joinedAtMs })),
    );
  }

  shareRoom(one: UserId, other: UserId): Promise<boolean> {
    return this.#access.read(() =>
      this.#tables.roomsOfUser.of(one).some((roomId) => this.#tables.members.has(memberKey(roomId, other))),
    );
  }
}
