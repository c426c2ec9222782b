import { ConnectionAcquireTimeoutError } from 'sequelize';
import type { Database } from '../../../src/adapters/outbound/sequelize/database.ts';
import type { Random } from '../random.ts';
import type { SimTime } from '../sim-time.ts';
import { driverError, Tx, type Engine, type Row, type View } from './engine.ts';
import type { DatabaseFaults, Mishap } from './faults.ts';
import { modelsOn } from './models.ts';
import { change, select, selectForUpdate } from './statements.ts';

const ACQUIRE_MS = 3_000;
const DEADLINE_MS = 5_000;
const NOTICED_AFTER_MS = 300;

/** A transaction as its client knows it. */
export interface SimTransaction {
  readonly tx: Tx;
  readonly LOCK: { readonly UPDATE: 'UPDATE' };
  snapshot: View | null;
  readonly takesSnapshot: boolean;
}

type Work<T> = (tx: Tx, view: () => View, engine: Engine) => T | Promise<T>;

interface Shared {
  readonly engine: Engine;
  readonly faults: DatabaseFaults;
  readonly time: SimTime;
  readonly random: Random;
}

/** What becomes of those who wait in a process that is gone. */
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** The methods of the adapter's Database that a run has to answer: the types say when one is new. */
type Answered = Exclude<keyof Database, 'pool' | 'poolMax' | 'close'>;

/** One process's pool of connections to the database that all of them share, in the shape of the adapter's Database. */
export class SimDatabase implements Record<Answered, unknown> {
  readonly dialect = 'mysql';
  readonly models;
  readonly #shared: Shared;
  readonly #open = new Set<Tx>();
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #alive = true;
  #committing = false;

  constructor(shared: Shared, poolMax: number) {
    this.#shared = shared;
    this.#free = poolMax;
    this.models = modelsOn(this);
  }

  /** For the constructors that ask for the real one: the same methods, as they use them. */
  get asDatabase(): Database {
    return this as unknown as Database;
  }

  /** Whether what is just being committed is this process's. */
  get isCommitting(): boolean {
    return this.#committing;
  }

  rows<R extends object>(sql: string, values: readonly unknown[], transaction: SimTransaction | null = null) {
    return this.statement(transaction, async (tx, view, engine): Promise<R[]> => {
      const locks = selectForUpdate(sql, values);
      if (locks === null) return select(sql, values, view()) as R[];
      for (const [table, primary] of locks) await engine.lock(tx, table, primary);
      return locks.map(([table, primary]) => view().get(table, primary)).filter(isRow) as R[];
    });
  }

  change(sql: string, values: readonly unknown[], transaction: SimTransaction | null = null): Promise<number> {
    return this.statement(transaction, (tx, _view, engine) => change(sql, values, engine, tx));
  }

  async insertRows(sql: string, rows: readonly unknown[][], transaction: SimTransaction | null = null): Promise<void> {
    await this.change(sql, [rows], transaction);
  }

  shared<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  transaction<T>(work: (transaction: SimTransaction) => Promise<T>): Promise<T> {
    return this.#unit(false, work);
  }

  snapshot<T>(work: (transaction: SimTransaction) => Promise<T>): Promise<T> {
    return this.#unit(true, work);
  }

  /** The process is gone. The server finds out, and until then holds what it held. */
  die(): void {
    this.#alive = false;
    const { engine, faults, time } = this.#shared;
    for (const tx of this.#open) {
      if (tx.isUnit) time.after(faults.delay(NOTICED_AFTER_MS), () => engine.rollback(tx));
    }
  }

  /** One statement, in its own transaction unless one is given. */
  async statement<T>(transaction: SimTransaction | null, work: Work<T>): Promise<T> {
    const { engine } = this.#shared;
    const alone = (tx: Tx) =>
      this.#send(tx, async () => {
        try {
          const result = await work(tx, () => engine.view(tx), engine);
          this.#commit(tx);
          return result;
        } finally {
          engine.rollback(tx);
        }
      });
    if (transaction === null) return this.#withConnection(alone);
    const { tx } = transaction;
    // After a deadlock there is no transaction any more: MySQL takes what follows as statements of their own.
    if (tx.ended && !tx.isCut) return alone(new Tx());
    const fixed = () => (transaction.snapshot ??= engine.snapshot());
    return this.#send(tx, () => work(tx, transaction.takesSnapshot ? fixed : () => engine.view(tx), engine));
  }

  async #unit<T>(takesSnapshot: boolean, work: (transaction: SimTransaction) => Promise<T>): Promise<T> {
    const { engine, faults, time } = this.#shared;
    return this.#withConnection(async (tx) => {
      tx.isUnit = true;
      const transaction: SimTransaction = { tx, LOCK: { UPDATE: 'UPDATE' }, snapshot: null, takesSnapshot };
      try {
        await this.#send(tx, () => undefined);
        const result = await work(transaction);
        await this.#send(tx, () => this.#commit(tx));
        return result;
      } catch (error) {
        if (!tx.ended && !tx.isCut) await this.#send(tx, () => engine.rollback(tx)).catch(() => undefined);
        // A client that is gone is noticed, and what it had begun undone, a little later.
        if (!tx.ended) time.after(faults.delay(NOTICED_AFTER_MS), () => engine.rollback(tx));
        throw error;
      }
    });
  }

  #commit(tx: Tx): void {
    this.#committing = true;
    try {
      this.#shared.engine.commit(tx);
    } finally {
      this.#committing = false;
    }
  }

  async #withConnection<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.#acquire();
    const tx = new Tx();
    this.#open.add(tx);
    try {
      return await work(tx);
    } finally {
      this.#open.delete(tx);
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  async #acquire(): Promise<void> {
    if (!this.#alive) return never();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const isLate = await new Promise<boolean>((resolve) => {
      const start = () => {
        cancel();
        resolve(false);
      };
      const cancel = this.#shared.time.after(ACQUIRE_MS, () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        resolve(true);
      });
      this.#waiting.push(start);
    });
    if (isLate) throw new ConnectionAcquireTimeoutError(new Error('no connection'));
  }

  /** To the server and back, with whatever befalls it on its way. */
  async #send<T>(tx: Tx, work: () => T | Promise<T>): Promise<T> {
    if (!this.#alive) return never();
    const mishap = this.#shared.faults.next();
    const carried = this.#carry(tx, mishap, work);
    const { time } = this.#shared;
    const outcome = await new Promise<() => T>((resolve) => {
      const cancel = time.after(DEADLINE_MS, () => {
        tx.isCut = true;
        resolve(fails(driverError('QUERY_DEADLINE', undefined, true)));
      });
      const settle = (result: () => T) => {
        cancel();
        resolve(result);
      };
      carried.then(
        (value) => settle(() => value),
        (error: Error) => settle(fails(error)),
      );
    });
    if (!this.#alive) return never();
    return outcome();
  }

  async #carry<T>(tx: Tx, mishap: Mishap, work: () => T | Promise<T>): Promise<T> {
    const { time, random, engine } = this.#shared;
    await time.sleep(mishap.beforeMs);
    // What a dead process had sent may still arrive.
    if (!this.#alive && random.chance(0.5)) return never();
    const { instead, despite } = mishap;
    if (instead?.breaks === 'transaction') engine.rollback(tx);
    if (instead?.breaks === 'connection' || despite !== null) tx.isCut = true;
    if (instead !== null) throw instead.error;
    const outcome = await attempt(work);
    await time.sleep(mishap.afterMs);
    if (despite !== null) throw despite;
    return outcome();
  }
}

const fails = (error: Error) => (): never => {
  throw error;
};

async function attempt<T>(work: () => T | Promise<T>): Promise<() => T> {
  try {
    const value = await work();
    return () => value;
  } catch (error) {
    return fails(error as Error);
  }
}

const isRow = (row: Row | undefined): row is Row => row !== undefined;
