import type { RoomPurge } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Access } from './access.ts';
import type { MemoryLog } from './memory-log.ts';
import { memberKey, type MemoryTables } from './memory-tables.ts';

/** Everything in one call: nobody waits in the middle of a turn of the event loop. */
export class InMemoryRoomPurge implements RoomPurge {
  readonly #access: Access;
  readonly #tables: MemoryTables;
  readonly #log: MemoryLog;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables; readonly log: MemoryLog }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
    this.#log = deps.log;
  }

  close(roomId: RoomId, { inviteCode, atMs }: Parameters<RoomPurge['close']>[1]): Promise<boolean> {
    return this.#access.write(() => {
      const { rooms, roomByInviteCode, publicRooms, invites, invitesOfRoom } = this.#tables;
      const room = rooms.get(roomId);
      if (!room) return false;
      roomByInviteCode.delete(room.inviteCode);
      roomByInviteCode.insert(inviteCode, roomId);
      if (!room.isPrivate) publicRooms.remove('public', roomId);
      rooms.set(roomId, Object.freeze({ ...room, isPrivate: true, inviteCode }));
      for (const id of invitesOfRoom.of(roomId)) {
        const invite = invites.get(id);
        if (invite && invite.revokedAtMs === null) invites.set(id, Object.freeze({ ...invite, revokedAtMs: atMs }));
      }
      return true;
    });
  }

  deleteSome(roomId: RoomId): Promise<number> {
    return this.#access.write(
      () => this.#invites(roomId) + this.#sanctions(roomId) + this.#members(roomId) + this.#room(roomId),
    );
  }

  #invites(roomId: RoomId): number {
    const { invites, invitesOfRoom, inviteByDigest, inviteUses, usersOfInvite } = this.#tables;
    const ids = invitesOfRoom.of(roomId);
    for (const id of ids) {
      for (const userId of usersOfInvite.of(id)) {
        inviteUses.delete(`${id}/${userId}`);
        usersOfInvite.remove(id, userId);
      }
      inviteByDigest.delete(invites.get(id)?.codeDigest ?? '');
      invites.delete(id);
      invitesOfRoom.remove(roomId, id);
    }
    return ids.length;
  }

  #sanctions(roomId: RoomId): number {
    const { sanctions, sanctionedOfRoom } = this.#tables;
    let count = 0;
    for (const kind of ['ban', 'mute'] as const) {
      for (const userId of sanctionedOfRoom.of(`${roomId}/${kind}`)) {
        sanctions.delete(`${roomId}/${kind}/${userId}`);
        sanctionedOfRoom.remove(`${roomId}/${kind}`, userId);
        count += 1;
      }
    }
    return count;
  }

  #members(roomId: RoomId): number {
    const { members, membersOfRoom, roomsOfUser, unreadFrom } = this.#tables;
    const userIds = membersOfRoom.of(roomId);
    for (const userId of userIds) {
      members.delete(memberKey(roomId, userId));
      unreadFrom.delete(memberKey(roomId, userId));
      membersOfRoom.remove(roomId, userId);
      roomsOfUser.remove(userId, roomId);
    }
    return userIds.length;
  }

  #room(roomId: RoomId): number {
    const { rooms, roomByInviteCode, publicRooms } = this.#tables;
    const entries = this.#log.forget(roomId);
    const room = rooms.get(roomId);
    if (!room) return entries;
    roomByInviteCode.delete(room.inviteCode);
    if (!room.isPrivate) publicRooms.remove('public', roomId);
    rooms.delete(roomId);
    return entries + 1;
  }
}
