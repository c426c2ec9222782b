import { format } from 'mysql2';
import { QueryTypes, Transaction, type Sequelize } from 'sequelize';
import { defineModels, type Models } from './models/models.ts';
import type { Connected } from './connection.ts';
import { Semaphore } from './semaphore.ts';
import type { Dialect } from './stored-time.ts';
import { UNWATCHED, type StorageWatch } from './storage-watch.ts';
import { overloaded } from './translate-error.ts';

const WRITER_WAIT_MAX_MS = 5_000;
const IDLE_CHECK_MS = 10;
/** As much of a statement as a trace shows: a batch's places go on for pages. */
const SQL_CHARS = 300;
const CLOSE_MAX_MS = 10_000;

/** What Sequelize's pool says of itself, and its types do not. */
interface PoolState {
  readonly using: number;
  readonly available: number;
  readonly waiting: number;
}

type Value = string | number | null;
type Work<T> = (transaction: Transaction) => Promise<T>;

/** The one way to the database. Its errors are the driver's own: whoever calls translates them. */
export class Database {
  readonly dialect: Dialect;
  /** How many connections there may be. */
  readonly poolMax: number;
  readonly models: Models;
  readonly #sequelize: Sequelize;
  readonly #watch: StorageWatch;
  /** SQLite has one writer; who waits for it in here is served in turn and never meets SQLITE_BUSY. */
  readonly #writer: Semaphore | null;
  #active = 0;
  #closed = false;

  constructor({ sequelize, dialect, poolMax }: Connected, watch: StorageWatch = UNWATCHED) {
    this.#watch = watch;
    this.poolMax = poolMax;
    this.#sequelize = sequelize;
    this.dialect = dialect;
    this.models = defineModels(sequelize);
    this.#writer = dialect === 'sqlite' ? new Semaphore({ slots: 1, waitMaxMs: WRITER_WAIT_MAX_MS }) : null;
  }

  async rows<Row extends object>(
    sql: string,
    replacements: readonly unknown[],
    transaction: Transaction | null = null,
  ): Promise<Row[]> {
    const options = { replacements: [...replacements], transaction };
    return this.#watched('read', sql, () => this.#sequelize.query<Row>(sql, { ...options, type: QueryTypes.SELECT }));
  }

  /** Resolves to how many rows the statement found. */
  async change(sql: string, replacements: readonly unknown[], transaction: Transaction | null = null): Promise<number> {
    const options = { replacements: [...replacements], transaction };
    return this.#watched('write', sql, () => this.#sequelize.query(sql, { ...options, type: QueryTypes.BULKUPDATE }));
  }

  /** Stores the rows in place of the one place of the statement: all of them, or none. */
  async insertRows(sql: string, rows: Value[][], transaction: Transaction | null = null): Promise<void> {
    if (this.dialect === 'sqlite') {
      await this.change(sql, [rows], transaction);
      return;
    }
    // The driver's own way of writing values takes half the time and memory of Sequelize's.
    const text = format(sql, [rows]);
    const options = { transaction, type: QueryTypes.INSERT } as const;
    await this.#watched('write', sql, () => this.#sequelize.query(text, options));
  }

  /** How its connections are used; null where there is only one. */
  get pool(): { readonly used: number; readonly idle: number; readonly waiting: number } | null {
    const { pool } = this.#sequelize.connectionManager as unknown as { readonly pool?: PoolState };
    if (this.dialect === 'sqlite' || !pool) return null;
    return { used: pool.using, idle: pool.available, waiting: pool.waiting };
  }

  /** For what only reads. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw overloaded();
    this.#active += 1;
    try {
      return await work();
    } finally {
      this.#active -= 1;
    }
  }

  /** For statements that write and commit one by one. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.shared(() => (this.#writer === null ? work() : this.#writer.run(work)));
  }

  /** The text of a statement has places and no values. */
  async #watched<T>(access: 'read' | 'write', sql: string, ask: () => Promise<T>): Promise<T> {
    const { probe, tracer } = this.#watch;
    if (probe === null && tracer.current() === null) return ask();
    const startedMs = performance.now();
    let failed = true;
    try {
      const answer = await tracer.step(`database ${access}`, { 'db.query.text': sql.slice(0, SQL_CHARS) }, ask);
      failed = false;
      return answer;
    } finally {
      probe?.statement(access, performance.now() - startedMs, failed);
    }
  }

  async transaction<T>(work: Work<T>): Promise<T> {
    return this.exclusively(() => this.#sequelize.transaction({ type: Transaction.TYPES.IMMEDIATE }, work));
  }

  /** The first statement of `work` fixes the moment that all of them see. */
  async snapshot<T>(work: Work<T>): Promise<T> {
    const { REPEATABLE_READ } = Transaction.ISOLATION_LEVELS;
    const options =
      this.dialect === 'sqlite' ? { type: Transaction.TYPES.DEFERRED } : { isolationLevel: REPEATABLE_READ };
    return this.shared(() => this.#sequelize.transaction(options, work));
  }

  /** Waits for what is under way, within limits, then lets go of the connections. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const until = performance.now() + CLOSE_MAX_MS;
    while (this.#active > 0 && performance.now() < until) await sleep(IDLE_CHECK_MS);
    await Promise.race([this.#sequelize.close(), sleep(CLOSE_MAX_MS)]);
  }
}

// The timer does not keep alive a process that has nothing else to do.
const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms).unref());
