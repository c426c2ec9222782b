import type { RetentionRequest, RetentionStore, RoomRetention } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { StandaloneScope } from './scope.ts';
import { timeText } from './stored-time.ts';
import { isDuplicate } from './translate-error.ts';

const LEASE = 'retention';
const TAKE = 'UPDATE leases SET holder = ?, until_at = ? WHERE name = ? AND (holder = ? OR until_at <= ?)';
const TAKE_FIRST = 'INSERT INTO leases (name, holder, until_at) VALUES (?)';

interface Row {
  readonly id: string;
  readonly created_by: string;
  readonly retention_days: number | null;
  readonly retention_seq: number;
}

export class SequelizeRetentionStore implements RetentionStore {
  readonly #scope: StandaloneScope;

  constructor(scope: StandaloneScope) {
    this.#scope = scope;
  }

  async setDays(roomId: RoomId, days: number | null): Promise<boolean> {
    const sql = 'UPDATE rooms SET retention_days = ? WHERE id = ?';
    return (await this.#change(sql, [days, roomId])) > 0;
  }

  async page({ afterId = '' as RoomId, limit, all }: RetentionRequest): Promise<readonly RoomRetention[]> {
    const { database } = this.#scope;
    const own = all ? '' : 'AND retention_days IS NOT NULL';
    const sql = `SELECT id, created_by, retention_days, retention_seq FROM rooms
      WHERE id > ? ${own} ORDER BY id LIMIT ?`;
    const rows = await this.#scope.read(() => database.rows<Row>(sql, [afterId, limit]));
    return rows.map(({ id, created_by: createdBy, retention_days: days, retention_seq: doneSeq }) => {
      return { roomId: id as RoomId, createdBy: createdBy as UserId, days, doneSeq: Number(doneSeq) };
    });
  }

  async advance(roomId: RoomId, doneSeq: number): Promise<void> {
    const sql = 'UPDATE rooms SET retention_seq = ? WHERE id = ? AND retention_seq < ?';
    await this.#change(sql, [doneSeq, roomId, doneSeq]);
  }

  async lease(holder: string, term: { readonly nowMs: number; readonly untilMs: number }): Promise<boolean> {
    const { dialect } = this.#scope.database;
    const [now, until] = [timeText(term.nowMs, dialect), timeText(term.untilMs, dialect)];
    if ((await this.#change(TAKE, [holder, until, LEASE, holder, now])) > 0) return true;
    return this.#scope.write(async () => {
      try {
        await this.#scope.database.change(TAKE_FIRST, [[LEASE, holder, until]]);
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    });
  }

  #change(sql: string, values: readonly unknown[]): Promise<number> {
    return this.#scope.write(() => this.#scope.database.change(sql, values));
  }
}
