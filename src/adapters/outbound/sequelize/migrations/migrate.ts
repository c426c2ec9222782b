import { createHash } from 'node:crypto';
import { QueryTypes, Transaction, type Sequelize } from 'sequelize';
import { Umzug } from 'umzug';
import type { Clock } from '../../../../application/ports/index.ts';
import { connect, type Connected, type ConnectionOptions } from '../connection.ts';
import { timeText, type Dialect } from '../stored-time.ts';
import { kindOf, translateError } from '../translate-error.ts';
import { ATTEMPTS_MAX, backOff } from '../with-retries.ts';
import { allMigrations } from './all-migrations.ts';
import type { Migration, MigrationContext } from './migration.ts';

export interface MigrationReport {
  /** Recorded as done before this call. Names that this version does not know are a newer version's. */
  readonly applied: readonly string[];
  readonly pending: readonly string[];
  /** What this call did, in order. */
  readonly executed: readonly string[];
}

export interface MigrateOptions extends Pick<ConnectionOptions, 'url' | 'ssl' | 'asItIs'> {
  readonly clock: Clock;
  readonly migrations?: readonly Migration[];
}

const LOCK_WAIT_SECONDS = 120;

const CREATE_STORAGE: Record<Dialect, string> = {
  mysql: `CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    applied_at DATETIME(3) NOT NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC`,
  sqlite: 'CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL)',
};

const COLUMN_EXISTS: Record<Dialect, string> = {
  mysql: `SELECT 1 AS found FROM information_schema.columns
    WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ?`,
  sqlite: 'SELECT 1 AS found FROM pragma_table_info(?) WHERE name = ?',
};

const INDEX_EXISTS: Record<Dialect, string> = {
  mysql: `SELECT 1 AS found FROM information_schema.statistics
    WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ?`,
  sqlite: 'SELECT 1 AS found FROM pragma_index_list(?) WHERE name = ?',
};

/** What `migrateUp` would do, without doing it. */
export async function migrationStatus(options: MigrateOptions): Promise<MigrationReport> {
  return onOwnConnection(options, async ({ sequelize, dialect }) => {
    const applied = await appliedNames(sequelize, dialect, null);
    return { applied, pending: pendingOf(options, applied), executed: [] };
  });
}

/**
 * Applies what is pending. Nodes that start together may all call it: one works, the others wait and find it done. A
 * node that dies meanwhile frees the lock by dying, and the next one repeats the step that it left half done.
 */
export async function migrateUp(options: MigrateOptions): Promise<MigrationReport> {
  return onOwnConnection(options, async (connected) => {
    const applied = await appliedNames(connected.sequelize, connected.dialect, null);
    if (pendingOf(options, applied).length === 0) return { applied, pending: [], executed: [] };
    const executed = await underLock(connected, (transaction) => run(connected, options, transaction));
    return { applied, pending: [], executed };
  });
}

/** A pool of one without a deadline: building an index takes as long as it takes. */
async function onOwnConnection<T>(options: MigrateOptions, work: (connected: Connected) => Promise<T>): Promise<T> {
  const { url, ssl = false, asItIs = false } = options;
  const connected = await connect({ url, ssl, asItIs, poolMax: 1, deadlineMs: null });
  try {
    return await work(connected);
  } finally {
    await connected.sequelize.close();
  }
}

/**
 * All steps run on the connection that holds the lock: if it dies, they cannot go on without the lock. On SQLite the
 * transaction itself is the lock, and it undoes what a crash interrupts. On MySQL every statement about a table
 * commits.
 */
async function underLock<T>(
  { sequelize, dialect }: Connected,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sequelize.transaction({ type: Transaction.TYPES.IMMEDIATE }, async (transaction) => {
        if (dialect === 'mysql') await lockByName(sequelize, transaction);
        return work(transaction);
      });
    } catch (error) {
      if (kindOf(error) !== 'conflict' || attempt === ATTEMPTS_MAX) throw translateError(error);
    }
    await backOff(attempt);
  }
}

/** The connection is closed right after its work, and that frees the lock. */
async function lockByName(sequelize: Sequelize, transaction: Transaction): Promise<void> {
  const options = { transaction, type: QueryTypes.SELECT } as const;
  const [here] = await sequelize.query<{ name: string }>('SELECT DATABASE() AS name', options);
  // The name of a lock has at most 64 characters, that of a database too.
  const lock = `parley:migrate:${createHash('sha256')
    .update(here?.name ?? '')
    .digest('hex')
    .slice(0, 32)}`;
  const [got] = await sequelize.query<{ locked: number | null }>(
    `SELECT GET_LOCK('${lock}', ${LOCK_WAIT_SECONDS}) AS locked`,
    options,
  );
  if (got?.locked !== 1) throw new Error(`Another process has been migrating for ${LOCK_WAIT_SECONDS} s.`);
}

async function run(
  { sequelize, dialect }: Connected,
  options: MigrateOptions,
  transaction: Transaction,
): Promise<string[]> {
  const execute = async (sql: string, replacements: unknown[] = []) => {
    await sequelize.query(sql, { replacements, transaction, type: QueryTypes.RAW });
  };
  await execute(CREATE_STORAGE[dialect]);
  const finds = async (sql: string, replacements: string[]) =>
    (await sequelize.query(sql, { replacements, transaction, type: QueryTypes.SELECT })).length > 0;
  const context: MigrationContext = {
    dialect,
    run: (sql) => execute(sql),
    columnExists: (table, column) => finds(COLUMN_EXISTS[dialect], [table, column]),
    indexExists: (table, index) => finds(INDEX_EXISTS[dialect], [table, index]),
  };
  const umzug = new Umzug<MigrationContext>({
    context,
    logger: undefined,
    migrations: migrationsOf(options).map((step) => ({ name: step.name, up: () => step.up(context) })),
    storage: {
      executed: async () => appliedNames(sequelize, dialect, transaction),
      logMigration: async ({ name }) => {
        const at = timeText(options.clock.nowMs(), dialect);
        await execute('INSERT INTO schema_migrations (name, applied_at) VALUES (?, ?)', [name, at]);
      },
      unlogMigration: async ({ name }) => execute('DELETE FROM schema_migrations WHERE name = ?', [name]),
    },
  });
  return (await umzug.up()).map(({ name }) => name);
}

const migrationsOf = (options: MigrateOptions): readonly Migration[] => options.migrations ?? allMigrations;

const pendingOf = (options: MigrateOptions, applied: readonly string[]): string[] =>
  migrationsOf(options)
    .map(({ name }) => name)
    .filter((name) => !applied.includes(name));

async function appliedNames(
  sequelize: Sequelize,
  dialect: Dialect,
  transaction: Transaction | null,
): Promise<string[]> {
  const options = { transaction, type: QueryTypes.SELECT } as const;
  const tables =
    dialect === 'sqlite'
      ? `SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'`
      : `SELECT table_name AS name FROM information_schema.tables
         WHERE table_schema = DATABASE() AND table_name = 'schema_migrations'`;
  if ((await sequelize.query(tables, options)).length === 0) return [];
  const rows = await sequelize.query<{ name: string }>('SELECT name FROM schema_migrations ORDER BY name', options);
  return rows.map(({ name }) => name);
}
