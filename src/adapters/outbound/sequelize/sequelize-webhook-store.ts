import type { Transaction } from 'sequelize';
import type * as ports from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Webhook, WebhookId } from '../../../domain/webhook/webhook.ts';
import { headOf } from './log-sql.ts';
import type { StandaloneScope } from './scope.ts';
import { timeText } from './stored-time.ts';
import {
  columnsOf,
  toDeadLetter,
  toPosition,
  toWebhook,
  type DeadLetterRow,
  type PositionRow,
  type WebhookRow,
} from './webhook-row.ts';

const PAGE = 500;
const TABLES = ['webhook_positions', 'webhook_dead_letters'] as const;
const AT = 'webhook_id = ? AND room_id = ?';
const POSITION = 'INSERT INTO webhook_positions (webhook_id, room_id, seq, attempts, next_attempt_at)';

type Head = { readonly id: string; readonly head: number | null };

export class SequelizeWebhookStore implements ports.WebhookStore {
  readonly #scope: StandaloneScope;

  constructor(scope: StandaloneScope) {
    this.#scope = scope;
  }

  /** The positions first: rows of a webhook that is not there harm nobody. Nothing is locked while heads are read. */
  async add(webhook: Webhook): Promise<void> {
    for (let after = ''; ;) {
      const sql = `SELECT r.id, ${headOf('r.id', this.#dialect)} AS head FROM rooms r WHERE r.id > ?
        ORDER BY r.id LIMIT ${PAGE}`;
      const page = await this.#rows<Head>(sql, [after]);
      const rows = page.filter(({ head }) => head !== null).map(({ id, head }) => [webhook.id, id, head, 0, null]);
      if (rows.length > 0) await this.#change(`${POSITION} VALUES ?`, [rows]);
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      after = last.id;
    }
    const columns = columnsOf(webhook, this.#dialect);
    const sql = `INSERT INTO webhooks (${columns.map(([column]) => column).join(', ')}) VALUES (?)`;
    await this.#change(sql, [columns.map(([, value]) => value)]);
  }

  async byId(id: WebhookId): Promise<Webhook | null> {
    const [row] = await this.#rows<WebhookRow>('SELECT * FROM webhooks WHERE id = ?', [id]);
    return row ? toWebhook(row) : null;
  }

  async all(): Promise<readonly Webhook[]> {
    return (await this.#rows<WebhookRow>('SELECT * FROM webhooks ORDER BY id', [])).map(toWebhook);
  }

  async update(id: WebhookId, change: Partial<Webhook>): Promise<boolean> {
    const columns = columnsOf(change, this.#dialect);
    const sql = `UPDATE webhooks SET ${columns.map(([column]) => `${column} = ?`).join(', ')} WHERE id = ?`;
    return (await this.#change(sql, [...columns.map(([, value]) => value), id])) > 0;
  }

  /** The webhook first, so that nobody goes on with it. */
  async remove(id: WebhookId): Promise<boolean> {
    const removed = await this.#change('DELETE FROM webhooks WHERE id = ?', [id]);
    for (const table of TABLES) await this.#change(`DELETE FROM ${table} WHERE webhook_id = ?`, [id]);
    return removed > 0;
  }

  async lease(id: WebhookId, { owner, nowMs, untilMs }: { owner: string; nowMs: number; untilMs: number }) {
    const sql = `UPDATE webhooks SET leased_by = ?, leased_until = ?
      WHERE id = ? AND (leased_by = ? OR leased_until IS NULL OR leased_until <= ?)`;
    const [now, until] = [timeText(nowMs, this.#dialect), timeText(untilMs, this.#dialect)];
    return (await this.#change(sql, [owner, until, id, owner, now])) > 0;
  }

  async release(id: WebhookId, owner: string): Promise<void> {
    await this.#change('UPDATE webhooks SET leased_until = NULL, leased_by = NULL WHERE id = ? AND leased_by = ?', [
      id,
      owner,
    ]);
  }

  async backlog({ webhookId, afterRoomId, limit }: ports.BacklogRequest): Promise<ports.Backlog> {
    const sql = `SELECT r.id, ${headOf('r.id', this.#dialect)} AS head, p.seq, p.attempts, p.next_attempt_at
      FROM rooms r LEFT JOIN webhook_positions p ON p.webhook_id = ? AND p.room_id = r.id
      WHERE r.id > ? ORDER BY r.id LIMIT ?`;
    const page = await this.#rows<Head & PositionRow>(sql, [webhookId, afterRoomId ?? '', limit]);
    const waiting = page.filter(({ head, seq }) => Number(head ?? 0) > Number(seq ?? 0));
    return {
      rooms: waiting.map((row) => ({ roomId: row.id as RoomId, ...toPosition(row) })),
      lastRoomId: page.length < limit ? null : ((page.at(-1)?.id ?? null) as RoomId | null),
    };
  }

  async position({ webhookId, roomId }: ports.WebhookPlace): Promise<ports.WebhookPosition> {
    const sql = `SELECT seq, attempts, next_attempt_at FROM webhook_positions WHERE ${AT}`;
    const [row] = await this.#rows<PositionRow>(sql, [webhookId, roomId]);
    return toPosition(row);
  }

  async advance(move: Parameters<ports.WebhookStore['advance']>[0]): Promise<boolean> {
    return this.#scope.atomically((transaction) =>
      this.#move(move, move.fromSeq, { seq: move.toSeq, attempts: 0, nextAttemptAtMs: null }, transaction),
    );
  }

  async postpone(place: ports.WebhookPlace & ports.WebhookPosition): Promise<boolean> {
    return this.#scope.atomically((transaction) => this.#move(place, place.seq, place, transaction));
  }

  async bury(letter: ports.DeadLetter & { readonly fromSeq: number }): Promise<boolean> {
    const { webhookId, roomId, seq, status, atMs, fromSeq } = letter;
    return this.#scope.atomically(async (transaction) => {
      if (!(await this.#move(letter, fromSeq, { seq, attempts: 0, nextAttemptAtMs: null }, transaction))) return false;
      const { database } = this.#scope;
      await database.change(
        `DELETE FROM webhook_dead_letters WHERE ${AT} AND seq = ?`,
        [webhookId, roomId, seq],
        transaction,
      );
      const sql = 'INSERT INTO webhook_dead_letters (webhook_id, room_id, seq, status, died_at) VALUES (?)';
      await database.change(sql, [[webhookId, roomId, seq, status, timeText(atMs, this.#dialect)]], transaction);
      return true;
    });
  }

  async deadLetters(id: WebhookId, limit: number): Promise<readonly ports.DeadLetter[]> {
    const sql = 'SELECT * FROM webhook_dead_letters WHERE webhook_id = ? ORDER BY died_at DESC, room_id, seq LIMIT ?';
    return (await this.#rows<DeadLetterRow>(sql, [id, limit])).map(toDeadLetter);
  }

  async rewind({ webhookId, roomId, seq }: Parameters<ports.WebhookStore['rewind']>[0]): Promise<void> {
    await this.#scope.atomically(async (transaction) => {
      const { database } = this.#scope;
      await database.change(`DELETE FROM webhook_positions WHERE ${AT}`, [webhookId, roomId], transaction);
      await database.change(`${POSITION} VALUES (?)`, [[webhookId, roomId, seq, 0, null]], transaction);
    });
  }

  async hurry(id: WebhookId): Promise<void> {
    const sql =
      'UPDATE webhook_positions SET attempts = 0, next_attempt_at = NULL WHERE webhook_id = ? AND attempts > 0';
    await this.#change(sql, [id]);
  }

  /** One node moves at a time but for a lease that changes hands, and an operator who rewinds: who is late stays. */
  async #move(
    { webhookId, roomId }: ports.WebhookPlace,
    fromSeq: number,
    { seq, attempts, nextAttemptAtMs }: ports.WebhookPosition,
    transaction: Transaction,
  ): Promise<boolean> {
    const { database } = this.#scope;
    const next = nextAttemptAtMs === null ? null : timeText(nextAttemptAtMs, this.#dialect);
    const sql = `UPDATE webhook_positions SET seq = ?, attempts = ?, next_attempt_at = ? WHERE ${AT} AND seq = ?`;
    const values = [seq, attempts, next, webhookId, roomId, fromSeq];
    if ((await database.change(sql, values, transaction)) > 0) return true;
    if (fromSeq > 0) return false;
    const there = `SELECT seq FROM webhook_positions WHERE ${AT}`;
    if ((await database.rows(there, [webhookId, roomId], transaction)).length > 0) return false;
    await database.change(`${POSITION} VALUES (?)`, [[webhookId, roomId, seq, attempts, next]], transaction);
    return true;
  }

  get #dialect() {
    return this.#scope.database.dialect;
  }

  #rows<Row extends object>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#scope.read(() => this.#scope.database.rows<Row>(sql, values));
  }

  #change(sql: string, values: readonly unknown[]): Promise<number> {
    return this.#scope.write(() => this.#scope.database.change(sql, values));
  }
}
