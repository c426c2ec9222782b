import type { Clock, Logger, Persistence, SchemaState } from '../../../application/ports/index.ts';
import { checkServer } from './check-server.ts';
import { connect, type ConnectionOptions } from './connection.ts';
import { Database } from './database.ts';
import type { GroupCommitOptions } from './group-commit.ts';
import { allMigrations } from './migrations/all-migrations.ts';
import { migrateUp } from './migrations/migrate.ts';
import { StandaloneScope } from './scope.ts';
import { SequelizeIdentityStore } from './sequelize-identity-store.ts';
import { SequelizeInviteStore } from './sequelize-invite-store.ts';
import { SequelizeMembershipStore } from './sequelize-membership-store.ts';
import { SequelizePersonalRecords } from './sequelize-personal-records.ts';
import { SequelizeReceiptStore } from './sequelize-receipt-store.ts';
import { SequelizeRetentionStore } from './sequelize-retention-store.ts';
import { SequelizeRoomDirectory } from './sequelize-room-directory.ts';
import { SequelizeRoomLog } from './sequelize-room-log.ts';
import { SequelizeRoomPurge } from './sequelize-room-purge.ts';
import { SequelizeRoomStore } from './sequelize-room-store.ts';
import { SequelizeSanctionStore } from './sequelize-sanction-store.ts';
import { SequelizeSessionStore } from './sequelize-session-store.ts';
import { SequelizeUnitOfWork } from './sequelize-unit-of-work.ts';
import { SequelizeUserStore } from './sequelize-user-store.ts';
import { SequelizeWebhookStore } from './sequelize-webhook-store.ts';
import { UNWATCHED, type StorageWatch } from './storage-watch.ts';
import type { Dialect } from './stored-time.ts';
import { overloaded } from './translate-error.ts';

export interface SequelizePersistenceOptions extends Pick<ConnectionOptions, 'url' | 'ssl' | 'poolMax'> {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How appends are batched, where the defaults do not fit. */
  readonly log?: Partial<GroupCommitOptions>;
  readonly watch?: StorageWatch;
}

const PING_MS = 2_900;
// A table, because a constant would not make SQLite look at its file.
const APPLIED = 'SELECT name FROM schema_migrations';

// A statement of this size is well below the packet that a server takes by default.
const LOG: GroupCommitOptions = {
  lanes: 1,
  patienceMs: 50,
  itemsMax: 500,
  charsMax: 1_000_000,
  waitingMax: 20_000,
  waitMaxMs: 5_000,
};
const RECEIPTS: GroupCommitOptions = { ...LOG, itemsMax: 100 };

// SQLite has one writer, so a second batch could only wait. On a server one at a time is fastest, as it is the largest;
// but one that waits for a lock that another node has must not hold up all rooms.
const LANES: Record<Dialect, number> = { mysql: 2, sqlite: 1 };

/** Connects, brings the schema up to date and checks the server; rejects when one of these fails. */
export async function openSequelizePersistence(options: SequelizePersistenceOptions): Promise<Persistence> {
  const { url, ssl = false, poolMax, logger, clock, watch = UNWATCHED } = options;
  const { applied, executed } = await migrateUp({ url, ssl, clock });
  const connected = await connect({ url, ssl, ...(poolMax !== undefined && { poolMax }) });
  const database = new Database(connected, watch);
  if (executed.length > 0) logger.info({ database: connected.name, executed }, 'The schema is up to date.');
  const unknown = unknownOf(applied);
  if (unknown.length > 0) logger.warn({ unknown }, 'The schema is newer than this version.');
  try {
    await checkServer(database, logger);
  } catch (error) {
    await database.close();
    throw error;
  }
  return persistenceOn(database, options.log, watch);
}

/** All ports on a database that is ready for use; closing the persistence closes it. */
export function persistenceOn(
  database: Database,
  logOptions: Partial<GroupCommitOptions> = {},
  watch: StorageWatch = UNWATCHED,
): Persistence {
  const scope = new StandaloneScope(database);
  const log = new SequelizeRoomLog(scope, { ...LOG, lanes: LANES[database.dialect], ...logOptions }, watch);
  watch.probe?.storage(() => ({ waiting: log.waiting, pool: database.pool }));
  const receipts = new SequelizeReceiptStore(database, RECEIPTS, watch);
  return {
    users: new SequelizeUserStore(scope),
    identities: new SequelizeIdentityStore(scope),
    sessions: new SequelizeSessionStore(scope),
    rooms: new SequelizeRoomStore(scope),
    members: new SequelizeMembershipStore(scope),
    receipts,
    invites: new SequelizeInviteStore(scope),
    sanctions: new SequelizeSanctionStore(scope),
    log,
    directory: new SequelizeRoomDirectory(scope),
    purge: new SequelizeRoomPurge(scope),
    records: new SequelizePersonalRecords(scope),
    retention: new SequelizeRetentionStore(scope),
    webhooks: new SequelizeWebhookStore(scope),
    unitOfWork: new SequelizeUnitOfWork(database, log),
    ping: () => ping(scope),
    close: async () => {
      await Promise.all([log.close(), receipts.close()]);
      await database.close();
    },
  };
}

async function ping(scope: StandaloneScope): Promise<SchemaState> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(overloaded()), PING_MS);
  });
  const asked = scope.read(() => scope.database.rows<{ name: string }>(APPLIED, []));
  try {
    return schemaState((await Promise.race([asked, late])).map(({ name }) => name));
  } finally {
    clearTimeout(timer);
    asked.catch(() => undefined);
  }
}

const unknownOf = (applied: readonly string[]) =>
  applied.filter((name) => !allMigrations.some((migration) => migration.name === name));

/** Somebody may put back an older database while a server runs. */
function schemaState(applied: readonly string[]): SchemaState {
  if (!allMigrations.every(({ name }) => applied.includes(name))) return 'older';
  return unknownOf(applied).length > 0 ? 'newer' : 'current';
}
