import { Op } from 'sequelize';
import type { MembershipStore, MembersRequest } from '../../../application/ports/index.ts';
import type { Member, Role } from '../../../domain/room/member.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { MemberRow } from './models/member-model.ts';
import { findRow, findRows } from './models/stored-row.ts';
import type { Scope } from './scope.ts';
import { msOf } from './stored-time.ts';
import { isDuplicate } from './translate-error.ts';

const SHARED_ROOM = `
  SELECT 1 AS shared FROM room_members a
  JOIN room_members b ON b.room_id = a.room_id AND b.user_id = ?
  WHERE a.user_id = ? LIMIT 1`;

export class SequelizeMembershipStore implements MembershipStore {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async insert(member: Member): Promise<boolean> {
    return this.#scope.write(async (transaction) => {
      try {
        await this.#members.create(toRow(member), { transaction });
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    });
  }

  async remove(roomId: RoomId, userId: UserId): Promise<boolean> {
    const where = { room_id: roomId, user_id: userId };
    this.#scope.removing(roomId, userId);
    return (await this.#scope.write((transaction) => this.#members.destroy({ where, transaction }))) === 1;
  }

  async find(roomId: RoomId, userId: UserId): Promise<Member | null> {
    const where = { room_id: roomId, user_id: userId };
    const row = await this.#scope.read((transaction) => findRow(this.#members, { where, transaction }));
    return row === null ? null : toMember(row);
  }

  async ofRoom({ roomId, afterUserId, limit }: MembersRequest): Promise<readonly Member[]> {
    const after = afterUserId === undefined ? {} : { user_id: { [Op.gt]: afterUserId } };
    const where = { room_id: roomId, ...after };
    const rows = await this.#scope.read((transaction) =>
      findRows(this.#members, { where, order: ['user_id'], limit, transaction }),
    );
    return rows.map(toMember);
  }

  async countOfRoom(roomId: RoomId): Promise<number> {
    const where = { room_id: roomId };
    return this.#scope.read((transaction) => this.#members.count({ where, transaction }));
  }

  async roomIdsOf(userId: UserId): Promise<readonly RoomId[]> {
    const options = { where: { user_id: userId }, attributes: ['room_id'] };
    const rows = await this.#scope.read((transaction) => findRows(this.#members, { ...options, transaction }));
    return rows.map((row) => row.room_id as RoomId);
  }

  async joinedSince(
    sinceMs: number,
    limit: number,
  ): Promise<readonly Pick<Member, 'roomId' | 'userId' | 'joinedAtMs'>[]> {
    const options = { where: { joined_at: { [Op.gte]: new Date(sinceMs) } }, limit };
    const order: [string, string][] = [['joined_at', 'DESC']];
    const rows = await this.#scope.read((transaction) => findRows(this.#members, { ...options, order, transaction }));
    return rows.map(toMember).map(({ roomId, userId, joinedAtMs }) => ({ roomId, userId, joinedAtMs }));
  }

  async shareRoom(one: UserId, other: UserId): Promise<boolean> {
    const rows = await this.#scope.read((transaction) =>
      this.#scope.database.rows(SHARED_ROOM, [other, one], transaction),
    );
    return rows.length > 0;
  }

  get #members() {
    return this.#scope.database.models.members;
  }
}

const toRow = (member: Member): MemberRow => ({
  room_id: member.roomId,
  user_id: member.userId,
  role: member.role,
  joined_at: new Date(member.joinedAtMs),
  delivered_seq: member.deliveredSeq,
  read_seq: member.readSeq,
});

const toMember = (row: MemberRow): Member => ({
  roomId: row.room_id as RoomId,
  userId: row.user_id as UserId,
  role: row.role as Role,
  joinedAtMs: msOf(row.joined_at),
  deliveredSeq: Number(row.delivered_seq),
  readSeq: Number(row.read_seq),
});
