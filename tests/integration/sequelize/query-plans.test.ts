import { QueryTypes, type Sequelize } from 'sequelize';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../../src/adapters/outbound/sequelize/connection.ts';
import { migrateUp } from '../../../src/adapters/outbound/sequelize/migrations/migrate.ts';
import { RoomLogTable } from '../../../src/adapters/outbound/sequelize/room-log-table.ts';
import { StandaloneScope } from '../../../src/adapters/outbound/sequelize/scope.ts';
import { SequelizeMembershipStore } from '../../../src/adapters/outbound/sequelize/sequelize-membership-store.ts';
import { SequelizeRoomDirectory } from '../../../src/adapters/outbound/sequelize/sequelize-room-directory.ts';
import { UNWATCHED } from '../../../src/adapters/outbound/sequelize/storage-watch.ts';
import { SequelizeRoomLog } from '../../../src/adapters/outbound/sequelize/sequelize-room-log.ts';
import { SequelizeRoomStore } from '../../../src/adapters/outbound/sequelize/sequelize-room-store.ts';
import { SequelizeUserStore } from '../../../src/adapters/outbound/sequelize/sequelize-user-store.ts';
import type { MessageEntry } from '../../../src/domain/room/room-entry.ts';
import type { RoomId } from '../../../src/domain/room/room.ts';
import { upTo } from '../../contract/concurrency.ts';
import { aMember, aMessageDraft, aMessageEntry, aRoom, aUser } from '../../support/builders.ts';
import { RecordingDatabase } from './recording-database.ts';
import { clock, describeDatabases, type Product, type SqlDatabase } from './sql-harness.ts';

const ROOMS = 150;
const LONG = 6_000;
const SHORT = 20;
const OPTIONS = { lanes: 1, patienceMs: 0, itemsMax: 10, charsMax: 10_000, waitingMax: 10, waitMaxMs: 1_000 };

describeDatabases('reading the log', (fresh, product) => {
  let setUp: Awaited<ReturnType<typeof prepare>> | undefined;
  const given = () => {
    if (!setUp) throw new Error('The tests have not begun.');
    return setUp;
  };
  beforeAll(async () => {
    setUp = await prepare(await fresh(), product);
  });
  afterAll(() => setUp?.close());

  /** Runs `read` and looks at each of its statements: none may go through a table from one end to the other. */
  async function touching(read: () => Promise<unknown>): Promise<{ result: unknown; touched: number }> {
    const { database, sequelize } = given();
    database.statements.length = 0;
    const result = await read();
    expect(database.statements.length).toBeGreaterThan(0);
    let touched = 0;
    for (const { sql, values } of database.statements) {
      for (const step of await planOf(sequelize, product, sql, values)) expect(step).not.toMatch(FULL_SCAN[product]);
      touched += product === 'sqlite' ? 0 : await rowsTouched(sequelize, sql, values);
    }
    return { result, touched };
  }

  it('finds the heads of rooms without reading the rooms', async () => {
    const { log, rooms } = given();
    const { result, touched } = await touching(() => log.heads(rooms));
    expect((result as ReadonlyMap<RoomId, number>).get(rooms[0] as RoomId)).toBe(LONG);
    expect(touched).toBeLessThan(4 * ROOMS);
    expect((await touching(() => log.head(rooms[0] as RoomId))).touched).toBeLessThan(5);
  });

  it('reads of a page the page', async () => {
    const { log, rooms } = given();
    const roomId = rooms[0] as RoomId;
    for (const bound of [{}, { beforeSeq: 3_000 }, { afterSeq: 3_000 }]) {
      const { result, touched } = await touching(() => log.messages({ roomId, limit: 50, ...bound }));
      expect(result).toHaveLength(50);
      expect(touched).toBeLessThan(60);
    }
  });

  it('reads of ranges the ranges', async () => {
    const { log, rooms } = given();
    const ranges = rooms.map((roomId) => ({ roomId, afterSeq: 10, toSeq: 15 }));
    const { result, touched } = await touching(() => log.ranges(ranges));
    expect(result).toHaveLength(5 * ROOMS);
    expect(touched).toBeLessThan(7 * ROOMS);
  });

  it('goes straight to an entry by its id, its place and its key', async () => {
    const { log, entry, table } = given();
    const { id, roomId, seq, actorId, clientMessageId } = entry;
    const draft = aMessageDraft({ roomId, senderId: actorId, clientMessageId });
    for (const read of [
      () => log.byId(id),
      () => log.at(roomId, seq),
      () => log.findByClientMessageId(roomId, actorId, clientMessageId ?? ''),
      async () => (await table.written([draft], null))[0],
    ]) {
      const { result, touched } = await touching(read);
      expect(result).toEqual(entry);
      expect(touched).toBeLessThan(4);
    }
  });

  it('recognises a batch of repeats by their keys alone', async () => {
    const { table, entries } = given();
    const drafts = entries.slice(0, 300).map((entry) => ({ ...entry, senderId: entry.actorId }));
    const { result, touched } = await touching(() => table.written(drafts, null));
    expect(result).toHaveLength(300);
    expect(touched).toBeLessThan(4 * 300);
  });

  it('lists the rooms of a user in a few statements, and touches little but what is unread', async () => {
    const { directory, userId, database } = given();
    const { result, touched } = await touching(() => directory.summariesOf(userId));
    expect(result).toHaveLength(ROOMS);
    expect(database.statements.length).toBeLessThan(8);
    const unread = (LONG - 5_900 + SHORT - 5) * 1 + ROOMS * SHORT;
    expect(touched).toBeLessThan(unread + 12 * ROOMS);
  });

  it('finds out who shares a room, and public rooms, by their indexes', async () => {
    const { members, roomStore, userId } = given();
    expect((await touching(() => members.shareRoom(userId, userId))).result).toBe(true);
    expect((await touching(() => roomStore.publicPage({ limit: 10 }))).touched).toBeLessThan(20);
  });
});

async function prepare(fresh: SqlDatabase, product: Product) {
  const { url } = fresh;
  await migrateUp({ url, clock });
  const { sequelize } = await connect({ url });
  const database = new RecordingDatabase({
    sequelize,
    dialect: product === 'sqlite' ? 'sqlite' : 'mysql',
    poolMax: 10,
    name: '',
  });
  const scope = new StandaloneScope(database);
  const table = new RoomLogTable(database);
  const [user, other] = [aUser(), aUser()];
  const users = new SequelizeUserStore(scope);
  await users.insert(user);
  await users.insert(other);
  const roomStore = new SequelizeRoomStore(scope);
  const members = new SequelizeMembershipStore(scope);
  const rooms: RoomId[] = [];
  const entries: MessageEntry[] = [];
  for (let n = 0; n < ROOMS; n += 1) {
    const room = aRoom({ createdBy: user.id });
    rooms.push(room.id);
    await roomStore.insert(room);
    const readSeq = n === 0 ? 5_900 : 5;
    for (const { id: userId } of [user, other]) await members.insert(aMember({ roomId: room.id, userId, readSeq }));
    const position = { roomId: room.id, senderId: other.id };
    const log = upTo(n === 0 ? LONG : SHORT).map((seq) => aMessageEntry({ ...position, seq }));
    for (let from = 0; from < log.length; from += 500) await table.insert(log.slice(from, from + 500), null);
    entries.push(...log);
  }
  await fill(sequelize, other.id);
  if (product !== 'sqlite') await sequelize.query('ANALYZE TABLE room_log, room_members, rooms');
  const close = async () => {
    await database.close();
    await fresh.drop();
  };
  return {
    database,
    sequelize,
    table,
    rooms,
    entries,
    close,
    members,
    roomStore,
    entry: entries[3_000] as MessageEntry,
    userId: user.id,
    log: new SequelizeRoomLog(scope, OPTIONS, UNWATCHED),
    directory: new SequelizeRoomDirectory(scope),
  };
}

/** Two thousand rooms of others, nearly all of them private. */
async function fill(sequelize: Sequelize, createdBy: string): Promise<void> {
  const at = '2024-01-01 00:00:00.000';
  const rows = upTo(2_000).map((n) => {
    const { id, inviteCode } = aRoom();
    return [id, 'filler', 'filler', n % 100 > 0, inviteCode, createdBy, at];
  });
  await sequelize.query(
    'INSERT INTO rooms (id, name, name_key, is_private, invite_code, created_by, created_at) VALUES ?',
    { replacements: [rows] },
  );
  const members = rows.map(([id]) => [id, createdBy, 'member', at, 0, 0]);
  const columns = 'room_id, user_id, role, joined_at, delivered_seq, read_seq';
  await sequelize.query(`INSERT INTO room_members (${columns}) VALUES ?`, { replacements: [members] });
}

// A constant derived table is no table of ours: only the full reading of one that is named counts.
const FULL_SCAN: Record<Product, RegExp> = {
  sqlite: /^SCAN (?!CONSTANT|last$|\(subquery|\d+-ROW VALUES)/,
  mysql: /^(?!<)\S+ (ALL|index) /,
  mariadb: /^(?!<)\S+ (ALL|index) /,
};

async function planOf(
  sequelize: Sequelize,
  product: Product,
  sql: string,
  values: readonly unknown[],
): Promise<string[]> {
  const explain = { sqlite: 'EXPLAIN QUERY PLAN', mysql: 'EXPLAIN FORMAT=TRADITIONAL', mariadb: 'EXPLAIN' }[product];
  const rows = await sequelize.query<Record<string, unknown>>(`${explain} ${sql}`, {
    replacements: [...values],
    type: QueryTypes.SELECT,
  });
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '-');
  if (product === 'sqlite') return rows.map(({ detail }) => text(detail));
  return rows.map(({ table, type, key, Extra }) => [table, type, key, Extra].map(text).join(' '));
}

/** How many rows the server's tables were asked for while it carried the statement out. */
async function rowsTouched(sequelize: Sequelize, sql: string, values: readonly unknown[]): Promise<number> {
  return sequelize.transaction(async (transaction) => {
    await sequelize.query('FLUSH STATUS', { transaction });
    await sequelize.query(sql, { replacements: [...values], transaction, type: QueryTypes.SELECT });
    const counts = await sequelize.query<{ Value: string }>(
      `SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_key', 'Handler_read_next', 'Handler_read_prev',
        'Handler_read_first', 'Handler_read_last')`,
      { transaction, type: QueryTypes.SELECT },
    );
    return counts.reduce((sum, { Value }) => sum + Number(Value), 0);
  });
}
