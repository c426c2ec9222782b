import type { Transaction } from 'sequelize';
import type { ReceiptOutcome, ReceiptReport, ReceiptStore } from '../../../application/ports/index.ts';
import { advance, type Watermarks } from '../../../domain/room/member.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Database } from './database.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { translateError } from './translate-error.ts';
import { withRetries } from './with-retries.ts';

interface MarkRow {
  readonly room_id: string;
  readonly user_id: string;
  readonly delivered_seq: number;
  readonly read_seq: number;
  readonly unread_from_seq: number | null;
}

// A promise's result cannot be told from an error by null, so a stranger has an object of its own.
type Outcome = { readonly told: ReceiptOutcome | null };

/** Reports that wait together are applied in one transaction: a lively room makes more of them than messages. */
export class SequelizeReceiptStore implements ReceiptStore {
  readonly #database: Database;
  readonly #commits: GroupCommit<ReceiptReport, Outcome>;

  constructor(database: Database, options: GroupCommitOptions) {
    this.#database = database;
    this.#commits = new GroupCommit<ReceiptReport, Outcome>({
      ...options,
      keyOf: memberOf,
      charsOf: () => 1,
      write: (reports) => this.#apply(reports),
    });
  }

  async advance(report: ReceiptReport): Promise<ReceiptOutcome | null> {
    return (await this.#commits.submit(report)).told;
  }

  async markUnread(roomId: RoomId, userId: UserId, fromSeq: number | null): Promise<boolean> {
    const change = 'UPDATE room_members SET unread_from_seq = ? WHERE room_id = ? AND user_id = ?';
    return this.#atomically(async (transaction) => {
      // Looked up first: MySQL counts no row for a mark that is there already.
      const where = 'SELECT user_id FROM room_members WHERE room_id = ? AND user_id = ?';
      const found = await this.#database.rows(where, [roomId, userId], transaction);
      if (found.length > 0) await this.#database.change(change, [fromSeq, roomId, userId], transaction);
      return found.length > 0;
    });
  }

  close(): Promise<void> {
    return this.#commits.close();
  }

  #apply(reports: readonly ReceiptReport[]): Promise<Outcome[]> {
    return this.#atomically((transaction) => this.#raise(reports, transaction));
  }

  async #atomically<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      return await withRetries(() => this.#database.transaction(work));
    } catch (error) {
      throw translateError(error);
    }
  }

  /** The rows are locked when they are read, so that what is computed from them still holds when it is written. */
  async #raise(reports: readonly ReceiptReport[], transaction: Transaction): Promise<Outcome[]> {
    const members = new Map(reports.map((report) => [memberOf(report), report]));
    const lock = this.#database.dialect === 'mysql' ? 'FOR UPDATE' : '';
    const pairs = [...members.values()].flatMap(({ roomId, userId }) => [roomId, userId]);
    const rows = await this.#database.rows<MarkRow>(
      `SELECT room_id, user_id, delivered_seq, read_seq, unread_from_seq FROM room_members
       WHERE ${anyOf(members.size)} ${lock}`,
      pairs,
      transaction,
    );
    const stored = new Map(rows.map((row) => [memberOf({ roomId: row.room_id, userId: row.user_id }), marksOf(row)]));
    const unreadFrom = new Map(
      rows.map((row) => [memberOf({ roomId: row.room_id, userId: row.user_id }), row.unread_from_seq]),
    );
    const current = new Map(stored);
    const outcomes = reports.map((report): Outcome => {
      const before = current.get(memberOf(report));
      if (before === undefined) return { told: null };
      const now = advance(before, report, Number.POSITIVE_INFINITY);
      current.set(memberOf(report), now);
      return { told: { before, now } };
    });
    const changed = [...members].flatMap(([member, report]) => {
      const [before, now] = [stored.get(member), current.get(member)];
      return before !== undefined && now !== undefined && !equal(before, now) ? [{ ...report, ...now }] : [];
    });
    if (changed.length > 0) await this.#store(changed, transaction);
    const noted = reports.filter((report) => readsMark(report, unreadFrom.get(memberOf(report))));
    if (noted.length > 0) await this.#clearMarks(noted, transaction);
    return outcomes;
  }

  async #clearMarks(reports: readonly ReceiptReport[], transaction: Transaction): Promise<void> {
    await this.#database.change(
      `UPDATE room_members SET unread_from_seq = NULL WHERE ${anyOf(reports.length)}`,
      reports.flatMap(({ roomId, userId }) => [roomId, userId]),
      transaction,
    );
  }

  async #store(changed: readonly ReceiptReport[], transaction: Transaction): Promise<void> {
    const whens = changed.map(() => 'WHEN room_id = ? AND user_id = ? THEN ?').join(' ');
    const pairs = changed.flatMap(({ roomId, userId }) => [roomId, userId]);
    await this.#database.change(
      `UPDATE room_members SET delivered_seq = CASE ${whens} END, read_seq = CASE ${whens} END
       WHERE ${anyOf(changed.length)}`,
      [
        ...changed.flatMap(({ roomId, userId, deliveredSeq }) => [roomId, userId, deliveredSeq]),
        ...changed.flatMap(({ roomId, userId, readSeq }) => [roomId, userId, readSeq]),
        ...pairs,
      ],
      transaction,
    );
  }
}

const memberOf = ({ roomId, userId }: { readonly roomId: string; readonly userId: string }) => `${roomId}/${userId}`;

const marksOf = (row: MarkRow): Watermarks => ({
  deliveredSeq: Number(row.delivered_seq),
  readSeq: Number(row.read_seq),
});

const readsMark = ({ readSeq }: ReceiptReport, unreadFrom: number | null | undefined): boolean =>
  unreadFrom !== null && unreadFrom !== undefined && readSeq >= Number(unreadFrom);

const equal = (a: Watermarks, b: Watermarks): boolean => a.deliveredSeq === b.deliveredSeq && a.readSeq === b.readSeq;

const anyOf = (count: number): string => Array(count).fill('(room_id = ? AND user_id = ?)').join(' OR ');
