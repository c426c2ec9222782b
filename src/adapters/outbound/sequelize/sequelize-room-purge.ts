import type { RoomPurge } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { StandaloneScope } from './scope.ts';
import { timeText } from './stored-time.ts';

interface Part {
  readonly table: string;
  readonly key: string;
  readonly where: string;
  readonly order?: string;
}

/** Rows that refer to others come before them, and the room last, so that whoever was interrupted finds it again. */
const PARTS: readonly Part[] = [
  {
    table: 'invite_uses',
    key: 'invite_id, user_id',
    where: 'invite_id IN (SELECT id FROM room_invites WHERE room_id = ?)',
  },
  { table: 'room_invites', key: 'id', where: 'room_id = ?' },
  { table: 'room_sanctions', key: 'room_id, kind, user_id', where: 'room_id = ?' },
  { table: 'room_members', key: 'room_id, user_id', where: 'room_id = ?' },
  { table: 'webhook_dead_letters', key: 'webhook_id, room_id, seq', where: 'room_id = ?' },
  // Heads never move back while there is a log.
  { table: 'room_log', key: 'room_id, seq', where: 'room_id = ?', order: 'ORDER BY room_id, seq' },
  // Behind the log, of which it would say that nothing was delivered.
  { table: 'webhook_positions', key: 'webhook_id, room_id', where: 'room_id = ?' },
  { table: 'rooms', key: 'id', where: 'id = ?' },
];

export class SequelizeRoomPurge implements RoomPurge {
  readonly #scope: StandaloneScope;

  constructor(scope: StandaloneScope) {
    this.#scope = scope;
  }

  async close(roomId: RoomId, { inviteCode, atMs }: Parameters<RoomPurge['close']>[1]): Promise<boolean> {
    const { database } = this.#scope;
    const at = timeText(atMs, database.dialect);
    return this.#scope.atomically(async (transaction) => {
      const shut = 'UPDATE rooms SET is_private = ?, invite_code = ? WHERE id = ?';
      if ((await database.change(shut, [true, inviteCode, roomId], transaction)) === 0) return false;
      const revoke = 'UPDATE room_invites SET revoked_at = ? WHERE room_id = ? AND revoked_at IS NULL';
      await database.change(revoke, [at, roomId], transaction);
      return true;
    });
  }

  async deleteSome(roomId: RoomId, limit: number): Promise<number> {
    for (const part of PARTS) {
      const deleted = await this.#deleteOf(part, roomId, limit);
      if (deleted > 0) return deleted;
    }
    return 0;
  }

  /** Read first and deleted by key: SQLite knows no limit on a DELETE, and MySQL locks no more than these rows. */
  async #deleteOf({ table, key, where, order = '' }: Part, roomId: RoomId, limit: number): Promise<number> {
    const { database } = this.#scope;
    const sql = `SELECT ${key} FROM ${table} WHERE ${where} ${order} LIMIT ?`;
    const rows = await this.#scope.read(() => database.rows<Record<string, string | number>>(sql, [roomId, limit]));
    if (rows.length === 0) return 0;
    const keys = rows.map((row) => Object.values(row));
    const [columns, values] = key.includes(',') ? [`(${key})`, keys] : [key, keys.flat()];
    const oneOf = database.dialect === 'mysql' || !key.includes(',') ? 'IN (?)' : 'IN (VALUES ?)';
    const remove = `DELETE FROM ${table} WHERE ${columns} ${oneOf}`;
    await this.#scope.write((transaction) => database.change(remove, [values], transaction));
    return rows.length;
  }
}
