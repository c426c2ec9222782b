import { Sequelize, type Options } from 'sequelize';
import { mysqlDriver } from './mysql-driver.ts';
import { sqliteDriver } from './sqlite-driver.ts';
import { createPrivately, prepareFile } from './sqlite-file.ts';
import type { Dialect } from './stored-time.ts';

export interface ConnectionOptions {
  /** `mysql://user:password@host:port/database?ssl=true` (MariaDB too) or `sqlite:<path>`. */
  readonly url: string;
  /** Whether to encrypt the connection, where the URL does not say. The server's certificate is checked. */
  readonly ssl?: boolean;
  readonly poolMax?: number;
  /** After this long a statement counts as lost and its connection is given up. Null: as long as it takes. */
  readonly deadlineMs?: number | null;
  /** A SQLite file is neither made nor set up: for who only looks at it. */
  readonly asItIs?: boolean;
}

const POOL_MAX = 10;
const ACQUIRE_MS = 3_000;
const CONNECT_MS = 3_000;
const DEADLINE_MS = 5_000;

// Less than the deadline, so that a lock that is not granted is an answer and not a lost connection.
const LOCK_WAIT_SECONDS = 3;

/**
 * What every session relies on. READ COMMITTED: a reader that waited for a lock sees what the holder wrote. Without
 * NO_BACKSLASH_ESCAPES, which a server may set, Sequelize's way of quoting is safe; strict mode never cuts a value
 * short.
 */
const SESSION = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}, ` +
    `sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'`,
];

export interface Connected {
  readonly sequelize: Sequelize;
  readonly dialect: Dialect;
  readonly poolMax: number;
  /** Names the database in logs, without credentials. */
  readonly name: string;
}

/** Rejects, with the driver's reason, when the database cannot be reached now. */
export async function connect(options: ConnectionOptions): Promise<Connected> {
  const connected = options.url.startsWith('sqlite:') ? sqlite(options) : mysql(options);
  const { sequelize, dialect } = connected;
  try {
    await sequelize.query('SELECT 1');
    if (dialect === 'sqlite' && !options.asItIs) await prepareFile(sequelize);
  } catch (error) {
    await sequelize.close();
    throw error;
  }
  return connected;
}

// Sequelize would repeat what SQLite refused as busy, by itself and after seconds each time.
const common = { logging: false, retry: { max: 1 }, define: { timestamps: false } } as const satisfies Options;

function sqlite({ url, asItIs = false }: ConnectionOptions): Connected {
  const path = url.slice('sqlite:'.length);
  if (path === '' || path.startsWith(':')) throw new Error('A SQLite URL needs the path of a file: sqlite:<path>');
  if (!asItIs) createPrivately(path);
  const sequelize = new Sequelize({ ...common, dialect: 'sqlite', dialectModule: sqliteDriver, storage: path });
  return { sequelize, dialect: 'sqlite', poolMax: 1, name: path };
}

function mysql({ url, ssl, poolMax = POOL_MAX, deadlineMs = DEADLINE_MS }: ConnectionOptions): Connected {
  const parsed = new URL(url);
  if (!['mysql:', 'mariadb:'].includes(parsed.protocol)) throw new Error(`Not a database URL: ${parsed.protocol}`);
  const database = decodeURIComponent(parsed.pathname.slice(1));
  if (database === '') throw new Error('The database URL names no database.');
  const port = parsed.port === '' ? 3306 : Number(parsed.port);
  const sequelize = new Sequelize({
    ...common,
    dialect: 'mysql',
    dialectModule: mysqlDriver(deadlineMs),
    // An IPv6 address stands in brackets in a URL only.
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port,
    username: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database,
    timezone: '+00:00',
    pool: { max: poolMax, min: 0, acquire: ACQUIRE_MS, idle: 60_000 },
    dialectOptions: {
      charset: 'utf8mb4',
      connectTimeout: CONNECT_MS,
      maxPreparedStatements: 200,
      // Sequelize has put the values in; mysql2 would look through all of the text for places that are left.
      queryFormat: (sql: string) => sql,
      // An update that changes nothing still counts the rows that it found, as on SQLite.
      flags: ['FOUND_ROWS'],
      ...tlsOptions(parsed.searchParams.get('ssl'), ssl ?? false),
    },
  });
  sequelize.addHook('afterConnect', async (connection) => prepareSession(connection));
  return { sequelize, dialect: 'mysql', poolMax, name: `${parsed.hostname}:${port}/${database}` };
}

function tlsOptions(asked: string | null, otherwise: boolean): object {
  const mode = asked ?? (otherwise ? 'true' : 'false');
  if (['false', '0', 'off'].includes(mode)) return {};
  if (['true', '1', 'on', 'verify'].includes(mode)) return { ssl: { rejectUnauthorized: true, minVersion: 'TLSv1.2' } };
  if (mode === 'no-verify') return { ssl: { rejectUnauthorized: false, minVersion: 'TLSv1.2' } };
  throw new Error('The ssl parameter of the database URL is one of: true, false, no-verify.');
}

interface RawConnection {
  query(options: { readonly sql: string }, done: (error: Error | null) => void): void;
}

async function prepareSession(connection: unknown): Promise<void> {
  for (const sql of SESSION) {
    await new Promise<void>((resolve, reject) => {
      (connection as RawConnection).query({ sql }, (error) => (error === null ? resolve() : reject(error)));
    });
  }
}
