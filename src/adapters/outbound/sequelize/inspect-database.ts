import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { broken, fine, weak, type Finding } from '../../../application/diagnosis/finding.ts';
import type { Clock } from '../../../application/ports/index.ts';
import { readSettings } from './check-server.ts';
import { connect } from './connection.ts';
import { Database } from './database.ts';
import { allMigrations } from './migrations/all-migrations.ts';
import { migrationStatus } from './migrations/migrate.ts';
import { serverFindings } from './server-findings.ts';
import { sqliteFindings } from './sqlite-findings.ts';

const SKEW_MS_MAX = 1_000;

export interface InspectOptions {
  readonly url: string;
  readonly ssl: boolean;
  /** What a node is configured to take. */
  readonly poolMax: number;
  readonly clock: Clock;
  /** A server has opened it just now, and has warned of its settings and its schema already: leave those out. */
  readonly isOpened?: boolean;
}

/** Looks at the database and changes nothing. Rejects, with the driver's reason, when it cannot be reached. */
export async function inspectDatabase(options: InspectOptions): Promise<readonly Finding[]> {
  const { url, ssl } = options;
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : null;
  if (path !== null && !(await exists(path))) return [fine('database', `${path} is made at the first start`)];
  const connected = await connect({ url, ssl, poolMax: 1, asItIs: true });
  const database = new Database(connected);
  try {
    const own = path === null ? await ofServer(database, options) : await ofFile(database, path);
    return options.isOpened ? own : [...own, await ofSchema(options)];
  } finally {
    await database.close();
  }
}

async function ofServer(database: Database, { poolMax, clock, isOpened }: InspectOptions): Promise<readonly Finding[]> {
  const settings = await readSettings(database);
  const version = settings.get('version') ?? 'of unknown version';
  const product = /mariadb/i.test(version) ? 'MariaDB' : 'MySQL';
  return [
    fine('database', `${product} ${version} answers`),
    ...(isOpened ? [] : serverFindings(settings, poolMax)),
    await collation(database),
    await skew(database, clock),
  ];
}

/** The tables name their character set themselves, so another one has been put there by somebody. */
async function collation(database: Database): Promise<Finding> {
  const rows = await database.rows<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()
     AND table_name IN (?) AND table_collation <> 'utf8mb4_bin' ORDER BY table_name`,
    [['users', 'sessions', 'rooms', 'room_members', 'room_invites', 'room_log']],
  );
  const names = rows.map(({ name }) => name).join(', ');
  if (names === '') return fine('mysql-collation', 'tables compare text byte for byte');
  const advice =
    'Names that differ become equal, or texts are cut: ALTER TABLE ... COLLATE utf8mb4_bin, after a backup.';
  return broken('mysql-collation', `not utf8mb4_bin: ${names}`, advice);
}

async function skew(database: Database, clock: Clock): Promise<Finding> {
  const before = clock.nowMs();
  const [row] = await database.rows<{ now: number | string }>('SELECT UNIX_TIMESTAMP(NOW(3)) * 1000 AS now', []);
  const after = clock.nowMs();
  // Whatever lies between question and answer is not the clock's fault.
  const theirs = Math.round(Number(row?.now));
  const aheadMs = theirs < before ? theirs - before : Math.max(0, theirs - after);
  const seen = `the database's clock differs by ${Math.abs(aheadMs)} ms`;
  if (Math.abs(aheadMs) <= SKEW_MS_MAX) return fine('clock', seen);
  const advice = 'Times of messages and ends of sessions are off on one machine: run a time service (chrony) on both.';
  return weak('clock', seen, advice);
}

async function ofFile(database: Database, path: string): Promise<readonly Finding[]> {
  const pragma = async (name: string): Promise<string> => {
    const [row] = await database.rows<Record<string, string | number>>(`PRAGMA ${name}`, []);
    return String(Object.values(row ?? {})[0]);
  };
  const [journalMode, synchronous] = [await pragma('journal_mode'), Number(await pragma('synchronous'))];
  const [{ mode }, { bavail, bsize, type }] = [await stat(path), await statfs(path)];
  const facts = {
    journalMode,
    synchronous,
    mode: mode & 0o777,
    isWritable: (await isWritable(path)) && (await isWritable(dirname(path))),
    freeBytes: bavail * bsize,
    fileSystem: type,
    walBytes: await stat(`${path}-wal`).then(
      ({ size }) => size,
      () => 0,
    ),
  };
  return [fine('database', `${path} can be read`), ...sqliteFindings(facts)];
}

async function ofSchema({ url, ssl, clock }: InspectOptions): Promise<Finding> {
  const { applied, pending } = await migrationStatus({ url, ssl, clock, asItIs: true });
  const unknown = applied.filter((name) => !allMigrations.some((migration) => migration.name === name));
  if (pending.length > 0) {
    const advice = 'The server applies them when it starts; parley migrate up does it now.';
    return weak('schema', `${pending.length} migrations are pending`, advice);
  }
  if (unknown.length === 0) return fine('schema', `${applied.length} migrations, none is pending`);
  const advice = 'A newer version of Parley was here. That works; start that version when you can.';
  return weak('schema', `newer than this version: ${unknown.join(', ')}`, advice);
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const isWritable = (path: string) =>
  access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
