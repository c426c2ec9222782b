import type { Transaction } from 'sequelize';
import type { ReceiptOutcome, ReceiptReport, ReceiptStore } from '../../../application/ports/index.ts';
import { advance, type Watermarks } from '../../../domain/room/member.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Database } from './database.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { withRetries } from './with-retries.ts';
import type { StorageWatch } from './storage-watch.ts';
import type { Ticket } from './waiting-item.ts';

interface MarkRow {
  readonly room_id: string;
  readonly user_id: string;
  readonly delivered_seq: number;
  readonly read_seq: number;
  readonly unread_from_seq: number | null;
}

interface Stored extends Watermarks {
  readonly roomId: string;
  readonly userId: string;
  readonly unreadFromSeq: number | null;
}

type Outcome = ReceiptOutcome | null;

/** Reports that wait together are applied in one transaction: a lively room makes more of them than messages. */
export class SequelizeReceiptStore implements ReceiptStore {
  readonly #database: Database;
  readonly #commits: GroupCommit<ReceiptReport, Outcome>;

  constructor(database: Database, options: GroupCommitOptions, { tracer }: Pick<StorageWatch, 'tracer'>) {
    this.#database = database;
    this.#commits = new GroupCommit<ReceiptReport, Outcome>({
      ...options,
      tracer,
      keyOf: memberOf,
      charsOf: () => 1,
      write: (reports) => this.#apply(reports),
    });
  }

  advance(report: ReceiptReport): Promise<Outcome> {
    return this.#commits.submit(report);
  }

  async markUnread(roomId: RoomId, userId: UserId, fromSeq: number | null): Promise<boolean> {
    const sql = 'UPDATE room_members SET unread_from_seq = ? WHERE room_id = ? AND user_id = ?';
    const change = () => this.#database.change(sql, [fromSeq, roomId, userId]);
    return (await withRetries(() => this.#database.exclusively(change))) === 1;
  }

  close(): Promise<void> {
    return this.#commits.close();
  }

  async #apply(reports: readonly Ticket<ReceiptReport, Outcome>[]): Promise<void> {
    const items = reports.map(({ item }) => item);
    const work = (transaction: Transaction) => this.#raise(items, transaction);
    const outcomes = await withRetries(() => this.#database.transaction(work));
    for (const [index, report] of reports.entries()) report.settle(outcomes[index] ?? null);
  }

  async #raise(reports: readonly ReceiptReport[], transaction: Transaction): Promise<Outcome[]> {
    const stored = await this.#locked(reports, transaction);
    const current = new Map(stored);
    const outcomes = reports.map((report): Outcome => {
      const before = current.get(memberOf(report));
      if (before === undefined) return null;
      const read = before.unreadFromSeq !== null && report.readSeq >= before.unreadFromSeq;
      const unreadFromSeq = read ? null : before.unreadFromSeq;
      const now = { ...before, ...advance(before, report, Number.POSITIVE_INFINITY), unreadFromSeq };
      current.set(memberOf(report), now);
      return { before: marksOf(before), now: marksOf(now) };
    });
    const changed = [...current.values()].filter((now) => !equal(now, stored.get(memberOf(now)) as Stored));
    if (changed.length > 0) await this.#store(changed, transaction);
    return outcomes;
  }

  /** The rows are locked when they are read, so that what is computed from them still holds when it is written. */
  async #locked(reports: readonly ReceiptReport[], transaction: Transaction): Promise<Map<string, Stored>> {
    const members = new Map(reports.map((report) => [memberOf(report), [report.roomId, report.userId]]));
    const lock = this.#database.dialect === 'mysql' ? 'FOR UPDATE' : '';
    const rows = await this.#database.rows<MarkRow>(
      `SELECT room_id, user_id, delivered_seq, read_seq, unread_from_seq FROM room_members
       WHERE ${anyOf(members.size)} ${lock}`,
      [...members.values()].flat(),
      transaction,
    );
    return new Map(rows.map(toStored).map((row) => [memberOf(row), row]));
  }

  async #store(changed: readonly Stored[], transaction: Transaction): Promise<void> {
    const whens = changed.map(() => 'WHEN room_id = ? AND user_id = ? THEN ?').join(' ');
    const toEach = (value: (row: Stored) => number | null) =>
      changed.flatMap((row) => [row.roomId, row.userId, value(row)]);
    await this.#database.change(
      `UPDATE room_members SET delivered_seq = CASE ${whens} END, read_seq = CASE ${whens} END,
         unread_from_seq = CASE ${whens} END
       WHERE ${anyOf(changed.length)}`,
      [
        ...toEach(({ deliveredSeq }) => deliveredSeq),
        ...toEach(({ readSeq }) => readSeq),
        ...toEach(({ unreadFromSeq }) => unreadFromSeq),
        ...changed.flatMap(({ roomId, userId }) => [roomId, userId]),
      ],
      transaction,
    );
  }
}

const toStored = (row: MarkRow): Stored => ({
  roomId: row.room_id,
  userId: row.user_id,
  deliveredSeq: Number(row.delivered_seq),
  readSeq: Number(row.read_seq),
  unreadFromSeq: row.unread_from_seq === null ? null : Number(row.unread_from_seq),
});

const memberOf = ({ roomId, userId }: { readonly roomId: string; readonly userId: string }) => `${roomId}/${userId}`;

const marksOf = ({ deliveredSeq, readSeq }: Stored): Watermarks => ({ deliveredSeq, readSeq });

const equal = (a: Stored, b: Stored): boolean =>
  a.deliveredSeq === b.deliveredSeq && a.readSeq === b.readSeq && a.unreadFromSeq === b.unreadFromSeq;

const anyOf = (count: number): string => Array(count).fill('(room_id = ? AND user_id = ?)').join(' OR ');
