import type { InviteStore, InviteUse, InviteUsesRequest } from '../../../application/ports/index.ts';
import { inviteState, type Invite, type InviteId } from '../../../domain/room/invite.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import type { MemoryTables } from './memory-tables.ts';

export class InMemoryInviteStore implements InviteStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  insert(invite: Invite): Promise<void> {
    return this.#access.write(() => {
      const { invites, inviteByDigest, invitesOfRoom } = this.#tables;
      if (inviteByDigest.has(invite.codeDigest)) throw new Error('An invite with this code is there already.');
      invites.insert(invite.id, Object.freeze({ ...invite }));
      inviteByDigest.insert(invite.codeDigest, invite.id);
      invitesOfRoom.add(invite.roomId, invite.id);
    });
  }

  byDigest(codeDigest: string): Promise<Invite | null> {
    return this.#access.read(() => {
      const id = this.#tables.inviteByDigest.get(codeDigest);
      return (id && this.#tables.invites.get(id)) ?? null;
    });
  }

  ofRoom(roomId: RoomId): Promise<readonly Invite[]> {
    return this.#access.read(() => {
      // Reversed first: of two that were made in the same millisecond the later id comes first.
      const ids = this.#tables.invitesOfRoom.of(roomId).toReversed();
      const invites = ids.map((id) => this.#tables.invites.get(id));
      const open = invites.filter((invite) => invite !== undefined).filter((invite) => invite.revokedAtMs === null);
      return open.sort((a, b) => b.createdAtMs - a.createdAtMs);
    });
  }

  byId(id: InviteId): Promise<Invite | null> {
    return this.#access.read(() => this.#tables.invites.get(id) ?? null);
  }

  use(id: InviteId, userId: UserId, nowMs: number): Promise<boolean> {
    return this.#access.write(() => {
      const invite = this.#tables.invites.get(id);
      if (!invite || inviteState(invite, nowMs) !== 'usable') return false;
      this.#tables.invites.set(id, Object.freeze({ ...invite, uses: invite.uses + 1 }));
      const { inviteUses, usersOfInvite } = this.#tables;
      if (!inviteUses.has(`${id}/${userId}`)) usersOfInvite.add(id, userId);
      inviteUses.set(`${id}/${userId}`, Object.freeze({ userId, usedAtMs: nowMs }));
      return true;
    });
  }

  usesOf({ inviteId, afterUserId, limit }: InviteUsesRequest): Promise<readonly InviteUse[]> {
    return this.#access.read(() =>
      this.#tables.usersOfInvite
        .of(inviteId)
        .filter((userId) => afterUserId === undefined || userId > afterUserId)
        .map((userId) => this.#tables.inviteUses.get(`${inviteId}/${userId}`))
        .filter((use) => use !== undefined)
        .slice(0, limit),
    );
  }

  revoke(roomId: RoomId, id: InviteId, atMs: number): Promise<boolean> {
    return this.#access.write(() => {
      const invite = this.#tables.invites.get(id);
      if (!invite || invite.roomId !== roomId || invite.revokedAtMs !== null) return false;
      this.#tables.invites.set(id, Object.freeze({ ...invite, revokedAtMs: atMs }));
      return true;
    });
  }
}
