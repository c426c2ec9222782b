import { Op } from 'sequelize';
import type { SanctionsRequest, SanctionStore } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Sanction, SanctionKind } from '../../../domain/room/sanction.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { SanctionRow } from './models/sanction-model.ts';
import { findRow, findRows } from './models/stored-row.ts';
import type { Scope } from './scope.ts';
import { dateOrNull, msOf, msOrNull } from './stored-time.ts';

export class SequelizeSanctionStore implements SanctionStore {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async put(sanction: Sanction): Promise<void> {
    await this.#scope.write((transaction) => this.#sanctions.upsert(toRow(sanction), { transaction }));
  }

  async find(roomId: RoomId, kind: SanctionKind, userId: UserId): Promise<Sanction | null> {
    const where = { room_id: roomId, kind, user_id: userId };
    const row = await this.#scope.read((transaction) => findRow(this.#sanctions, { where, transaction }));
    return row === null ? null : toSanction(row);
  }

  async lift(roomId: RoomId, kind: SanctionKind, userId: UserId): Promise<boolean> {
    const where = { room_id: roomId, kind, user_id: userId };
    return (await this.#scope.write((transaction) => this.#sanctions.destroy({ where, transaction }))) === 1;
  }

  async ofRoom({ roomId, kind, nowMs, afterUserId, limit }: SanctionsRequest): Promise<readonly Sanction[]> {
    const where = {
      room_id: roomId,
      kind,
      ...(afterUserId === undefined ? {} : { user_id: { [Op.gt]: afterUserId } }),
      expires_at: { [Op.or]: [{ [Op.is]: null }, { [Op.gt]: new Date(nowMs) }] },
    };
    const rows = await this.#scope.read((transaction) =>
      findRows(this.#sanctions, { where, order: ['user_id'], limit, transaction }),
    );
    return rows.map(toSanction);
  }

  get #sanctions() {
    return this.#scope.database.models.sanctions;
  }
}

const toRow = (sanction: Sanction): SanctionRow => ({
  room_id: sanction.roomId,
  kind: sanction.kind,
  user_id: sanction.userId,
  imposed_by: sanction.imposedBy,
  reason: sanction.reason,
  created_at: new Date(sanction.createdAtMs),
  expires_at: dateOrNull(sanction.expiresAtMs),
});

export const toSanction = (row: SanctionRow): Sanction => ({
  roomId: row.room_id as RoomId,
  userId: row.user_id as UserId,
  kind: row.kind as SanctionKind,
  imposedBy: row.imposed_by as UserId,
  reason: row.reason,
  createdAtMs: msOf(row.created_at),
  expiresAtMs: msOrNull(row.expires_at),
});
