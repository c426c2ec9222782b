import { existsSync } from 'node:fs';
import { QueryTypes, type Sequelize } from 'sequelize';
import { connect } from '../connection.ts';
import type { Dialect } from '../stored-time.ts';
import type {
  FoundingCounts,
  FoundingJoin,
  FoundingMarks,
  FoundingMessage,
  FoundingRoom,
  FoundingUser,
  RoomCounts,
} from './founding-rows.ts';
import { detectSchema, type FoundingSchema } from './founding-schema.ts';
import { keysetPages, quoted, timeOf, type Place } from './keyset-pages.ts';

const ROWS = { small: 500, large: 20_000 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A database of the founding schema, read in order, page by page, and never written. */
export class FoundingSource {
  /** Without an account. */
  readonly name: string;
  readonly #sequelize: Sequelize;
  readonly #dialect: Dialect;
  readonly #schema: FoundingSchema;

  private constructor(deps: { name: string; sequelize: Sequelize; dialect: Dialect; schema: FoundingSchema }) {
    this.name = deps.name;
    this.#sequelize = deps.sequelize;
    this.#dialect = deps.dialect;
    this.#schema = deps.schema;
  }

  /** Resolves to what is missing, when the database does not have what an import needs. */
  static async open(url: string): Promise<FoundingSource | readonly string[]> {
    const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : null;
    // SQLite would make one.
    if (file !== null && !existsSync(file)) return [`There is no database file ${file}.`];
    const { sequelize, dialect, name } = await connect({ url, poolMax: 3, deadlineMs: null, asItIs: true });
    const { schema, problems } = await detectSchema(sequelize, dialect);
    if (schema !== null) {
      const source = new FoundingSource({ name, sequelize, dialect, schema });
      const more = await source.#problems();
      if (more.length === 0) return source;
      await source.close();
      return more;
    }
    await sequelize.close();
    return problems;
  }

  close(): Promise<void> {
    return this.#sequelize.close();
  }

  async counts(): Promise<FoundingCounts> {
    const count = async (name: 'users' | 'rooms' | 'members' | 'messages') => {
      const where = name === 'messages' ? `WHERE ${this.#isPlaced('t')}` : '';
      const [row] = await this.#rows<{ n: number }>(`SELECT COUNT(*) AS n FROM ${this.#table(name)} t ${where}`, []);
      return Number(row?.n ?? 0);
    };
    const [users, rooms] = [await count('users'), await count('rooms')];
    return { users, rooms, members: await count('members'), messages: await count('messages') };
  }

  users(): AsyncGenerator<readonly FoundingUser[]> {
    const { createdAt, lastSeenAt, ...plain } = this.#schema.users.columns;
    const columns = { plain, times: { createdAt, lastSeenAt } };
    return keysetPages({ ...this.#reading('users'), ...columns, order: ['createdAt', 'id'], limitMax: ROWS.small });
  }

  rooms(): AsyncGenerator<readonly FoundingRoom[]> {
    const { createdAt, ...plain } = this.#schema.rooms.columns;
    const columns = { plain, times: { createdAt } };
    return keysetPages({ ...this.#reading('rooms'), ...columns, order: ['createdAt', 'id'], limitMax: ROWS.small });
  }

  /** In the order in which people came in. */
  joins(after: Place | null): AsyncGenerator<readonly FoundingJoin[]> {
    const { joinedAt, ...plain } = this.#schema.members.columns;
    const where = `t.${quoted(plain.roomId)} IS NOT NULL AND t.${quoted(plain.userId)} IS NOT NULL`;
    const columns = { plain, times: { joinedAt }, after, where, limitMax: ROWS.large };
    return keysetPages({ ...this.#reading('members'), ...columns, order: ['joinedAt', 'roomId', 'userId'] });
  }

  /** By time, then by id, over all rooms. */
  messages(after: Place | null): AsyncGenerator<readonly FoundingMessage[]> {
    const { id, roomId, senderId, content, createdAt } = this.#schema.messages.columns;
    const columns = { plain: { id, roomId, senderId, content }, times: { createdAt }, after, limitMax: ROWS.large };
    const [where, key] = [this.#isPlaced('t'), id];
    return keysetPages({ ...this.#reading('messages'), ...columns, where, key, order: ['createdAt', 'id'] });
  }

  /** Of the rooms, where there are receipts. */
  async marks(roomIds: readonly string[]): Promise<readonly FoundingMarks[]> {
    const { receipts, messages } = this.#schema;
    if (receipts === null || roomIds.length === 0) return [];
    const { messageId, userId, deliveredAt, readAt } = receipts.columns;
    // The id of the latest: it is what stands behind the time, whose text has one length.
    const at = `m.${quoted(messages.columns.createdAt)}`;
    const id = `m.${quoted(messages.columns.id)}`;
    const dated = this.#dialect === 'mysql' ? `CONCAT(${timeOf(at, 'mysql')}, ${id})` : `(${at} || ${id})`;
    const latest = (condition: string) => `MAX(CASE WHEN ${condition} THEN ${dated} END)`;
    const has = (column: string | null, otherwise: string) =>
      column === null ? otherwise : `r.${quoted(column)} IS NOT NULL`;
    const isRead = has(readAt, '1 = 0');
    const room = `m.${quoted(messages.columns.roomId)}`;
    const user = `r.${quoted(userId)}`;
    const rows = await this.#rows<{ roomId: string; userId: string; delivered: string | null; seen: string | null }>(
      `SELECT ${room} AS roomId, ${user} AS userId,
         ${latest(`${has(deliveredAt, '1 = 1')} OR ${isRead}`)} AS delivered, ${latest(isRead)} AS seen
       FROM ${quoted(receipts.table)} r JOIN ${this.#table('messages')} m ON ${id} = r.${quoted(messageId)}
       WHERE ${room} IN (?) AND ${this.#isPlaced('m')} GROUP BY ${room}, ${user}`,
      [roomIds],
    );
    const idOf = (text: string | null) => text?.slice(-36).toLowerCase() ?? null;
    return rows.map((row) => ({
      roomId: row.roomId.toLowerCase(),
      userId: row.userId.toLowerCase(),
      deliveredId: idOf(row.delivered),
      readId: idOf(row.seen),
    }));
  }

  /** Of each of the rooms: its messages, and its members that are users. */
  async countsOf(roomIds: readonly string[]): Promise<ReadonlyMap<string, RoomCounts>> {
    const { members, messages, users } = this.#schema;
    const room = quoted(messages.columns.roomId);
    const sent = await this.#rows<{ id: string; n: number }>(
      `SELECT t.${room} AS id, COUNT(*) AS n FROM ${this.#table('messages')} t
       WHERE t.${room} IN (?) AND ${this.#isPlaced('t')} GROUP BY t.${room}`,
      [roomIds],
    );
    const [of, who] = [`m.${quoted(members.columns.roomId)}`, `m.${quoted(members.columns.userId)}`];
    const joined = await this.#rows<{ id: string; n: number }>(
      `SELECT ${of} AS id, COUNT(DISTINCT ${who}) AS n FROM ${this.#table('members')} m
       JOIN ${this.#table('users')} u ON u.${quoted(users.columns.id)} = ${who} WHERE ${of} IN (?) GROUP BY ${of}`,
      [roomIds],
    );
    const byRoom = (rows: readonly { id: string; n: number }[]) =>
      new Map(rows.map(({ id, n }) => [id.toLowerCase(), Number(n)]));
    const [sentIn, joinedTo] = [byRoom(sent), byRoom(joined)];
    return new Map(
      roomIds.map((id) => [id, { messages: sentIn.get(id) ?? 0, members: joinedTo.get(id) ?? 0 }] as const),
    );
  }

  /** What would only be found in the middle: ids that are no UUIDs, rows without a place in any order. */
  async #problems(): Promise<readonly string[]> {
    const { users, rooms, members, messages } = this.#schema;
    const problems: string[] = [];
    for (const { table, columns } of [users, rooms, messages]) {
      const [row] = await this.#rows<{ id: unknown }>(
        `SELECT ${quoted(columns.id)} AS id FROM ${quoted(table)} LIMIT 1`,
        [],
      );
      if (row && !UUID.test(String(row.id))) problems.push(`The ids of the table ${table} are no UUIDs.`);
    }
    const timed = [
      [users.table, users.columns.createdAt],
      [rooms.table, rooms.columns.createdAt],
      [members.table, members.columns.joinedAt],
      [messages.table, messages.columns.createdAt],
    ] as const;
    for (const [table, column] of timed) {
      const sql = `SELECT 1 AS found FROM ${quoted(table)} WHERE ${quoted(column)} IS NULL LIMIT 1`;
      if ((await this.#rows(sql, [])).length > 0) problems.push(`Rows of the table ${table} have no ${column}.`);
    }
    return problems;
  }

  #reading(name: 'users' | 'rooms' | 'members' | 'messages') {
    const rows = <Row extends object>(sql: string, values: readonly unknown[]) => this.#rows<Row>(sql, values);
    return { dialect: this.#dialect, rows, table: this.#table(name) };
  }

  #table(name: 'users' | 'rooms' | 'members' | 'messages'): string {
    return quoted(this.#schema[name].table);
  }

  /** A message that is in a room, and was not deleted where deleting only marks. */
  #isPlaced(alias: string): string {
    const { deletedAt, roomId } = this.#schema.messages.columns;
    const isThere = deletedAt === null ? '' : ` AND ${alias}.${quoted(deletedAt)} IS NULL`;
    return `${alias}.${quoted(roomId)} IS NOT NULL${isThere}`;
  }

  #rows<Row extends object>(sql: string, replacements: readonly unknown[]): Promise<Row[]> {
    return this.#sequelize.query<Row>(sql, { replacements: [...replacements], type: QueryTypes.SELECT });
  }
}
