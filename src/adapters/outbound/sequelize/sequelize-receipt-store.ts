import type { Transaction } from 'sequelize';
import type { ReceiptOutcome, ReceiptReport, ReceiptStore } from '../../../application/ports/index.ts';
import { advance, type Watermarks } from '../../../domain/room/member.ts';
import type { Database } from './database.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { translateError } from './translate-error.ts';
import { withRetries } from './with-retries.ts';

interface MarkRow {
  readonly room_id: string;
  readonly user_id: string;
  readonly delivered_seq: number;
  readonly read_seq: number;
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

  close(): Promise<void> {
    return this.#commits.close();
  }

  async #apply(reports: readonly ReceiptReport[]): Promise<Outcome[]> {
    try {
      return await withRetries(() => this.#database.transaction((transaction) => this.#raise(reports, transaction)));
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
      `SELECT room_id, user_id, delivered_seq, read_seq FROM room_members WHERE ${anyOf(members.size)} ${lock}`,
      pairs,
      transaction,
    );
    const stored = new Map(rows.map((row) => [memberOf({ roomId: row.room_id, userId: row.user_id }), marksOf(row)]));
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
    return outcomes;
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

const equal = (a: Watermarks, b: Watermarks): boolean => a.deliveredSeq === b.deliveredSeq && a.readSeq === b.readSeq;

const anyOf = (count: number): string => Array(count).fill('(room_id = ? AND user_id = ?)').join(' OR ');
