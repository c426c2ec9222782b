import { Op } from 'sequelize';
import type { InviteStore, InviteUse, InviteUsesRequest } from '../../../application/ports/index.ts';
import type { Invite, InviteId } from '../../../domain/room/invite.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { InviteRow } from './models/invite-model.ts';
import { findRow, findRows } from './models/stored-row.ts';
import type { Scope } from './scope.ts';
import { dateOrNull, msOf, msOrNull, timeText } from './stored-time.ts';

// Checked and counted in one statement: whoever comes at the same time waits for the row and then sees the count.
const USE = `
  UPDATE room_invites SET uses = uses + 1
  WHERE id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
     AND (max_uses IS NULL OR uses < max_uses)`;

export class SequelizeInviteStore implements InviteStore {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async insert(invite: Invite): Promise<void> {
    await this.#scope.write((transaction) => this.#invites.create(toRow(invite), { transaction }));
  }

  async byDigest(codeDigest: string): Promise<Invite | null> {
    const where = { code_digest: codeDigest };
    const row = await this.#scope.read((transaction) => findRow(this.#invites, { where, transaction }));
    // MySQL compares as if trailing spaces were not there.
    return row?.code_digest === codeDigest ? toInvite(row) : null;
  }

  async ofRoom(roomId: RoomId): Promise<readonly Invite[]> {
    const where = { room_id: roomId, revoked_at: null };
    const order: [string, string][] = [
      ['created_at', 'DESC'],
      ['id', 'DESC'],
    ];
    const rows = await this.#scope.read((transaction) => findRows(this.#invites, { where, order, transaction }));
    return rows.map(toInvite);
  }

  async byId(id: InviteId): Promise<Invite | null> {
    const row = await this.#scope.read((transaction) => findRow(this.#invites, { where: { id }, transaction }));
    return row === null ? null : toInvite(row);
  }

  async use(id: InviteId, userId: UserId, nowMs: number): Promise<boolean> {
    const { database } = this.#scope;
    const values = [id, timeText(nowMs, database.dialect)];
    const row = { invite_id: id, user_id: userId, used_at: new Date(nowMs) };
    return this.#scope.atomically(async (transaction) => {
      if ((await database.change(USE, values, transaction)) !== 1) return false;
      await database.models.inviteUses.upsert(row, { transaction });
      return true;
    });
  }

  async usesOf({ inviteId, afterUserId, limit }: InviteUsesRequest): Promise<readonly InviteUse[]> {
    const after = afterUserId === undefined ? {} : { user_id: { [Op.gt]: afterUserId } };
    const options = { where: { invite_id: inviteId, ...after }, order: ['user_id'], limit };
    const { inviteUses } = this.#scope.database.models;
    const rows = await this.#scope.read((transaction) => findRows(inviteUses, { ...options, transaction }));
    return rows.map((row) => ({ userId: row.user_id as UserId, usedAtMs: msOf(row.used_at) }));
  }

  async revoke(roomId: RoomId, id: InviteId, atMs: number): Promise<boolean> {
    const where = { room_id: roomId, id, revoked_at: null };
    const change = { revoked_at: new Date(atMs) };
    const [found] = await this.#scope.write((transaction) => this.#invites.update(change, { where, transaction }));
    return found === 1;
  }

  get #invites() {
    return this.#scope.database.models.invites;
  }
}

const toRow = (invite: Invite): InviteRow => ({
  id: invite.id,
  room_id: invite.roomId,
  code_digest: invite.codeDigest,
  created_by: invite.createdBy,
  created_at: new Date(invite.createdAtMs),
  expires_at: dateOrNull(invite.expiresAtMs),
  max_uses: invite.maxUses,
  uses: invite.uses,
  revoked_at: dateOrNull(invite.revokedAtMs),
});

export const toInvite = (row: InviteRow): Invite => ({
  id: row.id as InviteId,
  roomId: row.room_id as RoomId,
  codeDigest: row.code_digest,
  createdBy: row.created_by as UserId,
  createdAtMs: msOf(row.created_at),
  expiresAtMs: msOrNull(row.expires_at),
  maxUses: row.max_uses,
  uses: row.uses,
  revokedAtMs: msOrNull(row.revoked_at),
});
