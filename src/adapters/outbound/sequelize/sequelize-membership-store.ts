import { Op } from 'sequelize';
import type { MembershipStore, MembersRequest } from '../../../application/ports/index.ts';
import type { Member, Role } from '../../../domain/room/member.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Standing } from '../../../domain/room/standing.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { MemberRow } from './models/member-model.ts';
import type { RoomRow } from './models/room-model.ts';
import type { SanctionRow } from './models/sanction-model.ts';
import { findRow, findRows } from './models/stored-row.ts';
import type { Scope } from './scope.ts';
import { toSettings } from './sequelize-room-store.ts';
import { msOf, msOrNull } from './stored-time.ts';
import { isDuplicate } from './translate-error.ts';

const SHARED_ROOM = `
  SELECT 1 AS shared FROM room_members a
  JOIN room_members b ON b.room_id = a.room_id AND b.user_id = ?
  WHERE a.user_id = ? LIMIT 1`;

const STANDING = `
  SELECT m.role, r.slow_mode_seconds, r.read_only, r.limit_messages, r.limit_seconds,
    s.created_at AS muted_at, s.expires_at AS muted_until
  FROM room_members m JOIN rooms r ON r.id = m.room_id
  LEFT JOIN room_sanctions s ON s.room_id = m.room_id AND s.kind = 'mute' AND s.user_id = m.user_id
  WHERE m.room_id = ? AND m.user_id = ?`;

type StandingRow = Pick<MemberRow, 'role'> &
  Pick<RoomRow, 'slow_mode_seconds' | 'read_only' | 'limit_messages' | 'limit_seconds'> & {
    readonly muted_at: SanctionRow['created_at'] | null;
    readonly muted_until: SanctionRow['expires_at'];
  };

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

  async standing(roomId: RoomId, userId: UserId): Promise<Standing | null> {
    const [row] = await this.#scope.read((transaction) =>
      this.#scope.database.rows<StandingRow>(STANDING, [roomId, userId], transaction),
    );
    if (!row) return null;
    const mute = row.muted_at === null ? null : { expiresAtMs: msOrNull(row.muted_until) };
    return { role: row.role as Role, mute, settings: toSettings(row) };
  }

  async setRole(roomId: RoomId, userId: UserId, role: Role): Promise<boolean> {
    const where = { room_id: roomId, user_id: userId };
    // A role that is set to what it was counts as found, too: the driver reports found rows, not changed ones.
    const [found] = await this.#scope.write((transaction) => this.#members.update({ role }, { where, transaction }));
    return found === 1;
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

  async roomIdsOfEach(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, readonly RoomId[]>> {
    const lists = new Map<UserId, RoomId[]>(userIds.map((userId) => [userId, []]));
    if (userIds.length === 0) return lists;
    const options = { where: { user_id: { [Op.in]: [...lists.keys()] } }, attributes: ['user_id', 'room_id'] };
    const rows = await this.#scope.read((transaction) => findRows(this.#members, { ...options, transaction }));
    for (const row of rows) lists.get(row.user_id as UserId)?.push(row.room_id as RoomId);
    return lists;
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

export const toMember = (row: MemberRow): Member => ({
  roomId: row.room_id as RoomId,
  userId: row.user_id as UserId,
  role: row.role as Role,
  joinedAtMs: msOf(row.joined_at),
  deliveredSeq: Number(row.delivered_seq),
  readSeq: Number(row.read_seq),
});
