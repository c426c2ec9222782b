import { QueryTypes, type Sequelize } from 'sequelize';
import type { Dialect } from '../stored-time.ts';

interface Accepted {
  readonly tables: readonly string[];
  /** The names that a column may have, the first that is there counts. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** What the import can do without. */
  readonly optional: readonly string[];
}

const CREATED_AT = ['createdAt', 'created_at'];
const ROOM_ID = ['roomId', 'room_id'];
const USER_ID = ['userId', 'user_id'];

/** What is understood. Founding databases differ in a name here and there. */
const ACCEPTED = {
  users: {
    tables: ['users', 'Users', 'user'],
    columns: {
      id: ['id', 'userId'],
      username: ['username', 'userName', 'user_name', 'displayName', 'name'],
      email: ['email', 'emailAddress'],
      passwordHash: ['passwordHash', 'password_hash', 'password'],
      createdAt: CREATED_AT,
      lastSeenAt: ['lastSeenAt', 'last_seen_at', 'lastSeen'],
    },
    optional: ['email', 'lastSeenAt'],
  },
  rooms: {
    tables: ['rooms', 'Rooms', 'room'],
    columns: {
      id: ['id', 'roomId'],
      name: ['name', 'title'],
      isPrivate: ['isPrivate', 'is_private', 'private', 'type', 'visibility'],
      inviteCode: ['inviteCode', 'invite_code'],
      ownerId: ['createdBy', 'ownerId', 'creatorId', 'created_by', 'owner_id'],
      createdAt: CREATED_AT,
    },
    optional: ['isPrivate', 'inviteCode', 'ownerId'],
  },
  members: {
    tables: ['room_members', 'RoomMembers', 'roomMembers', 'room_member'],
    columns: {
      roomId: ROOM_ID,
      userId: USER_ID,
      role: ['role'],
      joinedAt: ['joinedAt', 'joined_at', ...CREATED_AT],
    },
    optional: ['role'],
  },
  messages: {
    tables: ['messages', 'Messages', 'message'],
    columns: {
      id: ['id', 'messageId'],
      roomId: ROOM_ID,
      senderId: ['senderId', 'sender_id', 'authorId', ...USER_ID],
      content: ['content', 'body', 'text', 'message'],
      createdAt: [...CREATED_AT, 'sentAt'],
      deletedAt: ['deletedAt', 'deleted_at'],
    },
    optional: ['deletedAt'],
  },
  receipts: {
    tables: ['message_receipts', 'MessageReceipts', 'messageReceipts', 'message_receipt'],
    columns: {
      messageId: ['messageId', 'message_id'],
      userId: USER_ID,
      deliveredAt: ['deliveredAt', 'delivered_at'],
      readAt: ['readAt', 'read_at'],
    },
    optional: ['deliveredAt', 'readAt'],
  },
} as const satisfies Record<string, Accepted>;

export type FoundingTable = keyof typeof ACCEPTED;
type ColumnOf<T extends FoundingTable> = keyof (typeof ACCEPTED)[T]['columns'] & string;

/** A table as it is there; null where it lacks a column that the import can do without. */
interface Found<T extends FoundingTable> {
  readonly table: string;
  readonly columns: Readonly<Record<ColumnOf<T>, string | null>>;
}

/** Receipts may be missing as a whole. */
export type FoundingSchema = { readonly [T in Exclude<FoundingTable, 'receipts'>]: Found<T> } & {
  readonly receipts: Found<'receipts'> | null;
};

export type Detected =
  | { readonly schema: FoundingSchema; readonly problems: readonly [] }
  | { readonly schema: null; readonly problems: readonly string[] };

const COLUMNS: Record<Dialect, string> = {
  mysql: `SELECT table_name AS tableName, column_name AS columnName FROM information_schema.columns
    WHERE table_schema = DATABASE()`,
  sqlite: `SELECT t.name AS tableName, c.name AS columnName FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table'`,
};

/** Looks which tables and columns are there, and says all at once what is missing. */
export async function detectSchema(sequelize: Sequelize, dialect: Dialect): Promise<Detected> {
  const options = { type: QueryTypes.SELECT } as const;
  const rows = await sequelize.query<{ tableName: string; columnName: string }>(COLUMNS[dialect], options);
  const there = new Map<string, Set<string>>();
  for (const { tableName, columnName } of rows) {
    there.set(tableName, (there.get(tableName) ?? new Set()).add(columnName));
  }
  const problems: string[] = [];
  const find = <T extends FoundingTable>(name: T): Found<T> | null => {
    const { tables, columns, optional }: Accepted = ACCEPTED[name];
    const table = tables.find((candidate) => there.has(candidate));
    if (table === undefined) {
      if (name !== 'receipts') problems.push(`There is no table ${tables.join(' or ')}.`);
      return null;
    }
    const found: Record<string, string | null> = {};
    for (const [column, names] of Object.entries(columns)) {
      found[column] = names.find((candidate) => there.get(table)?.has(candidate)) ?? null;
      if (found[column] !== null || optional.includes(column)) continue;
      problems.push(`The table ${table} has no column ${names.join(' or ')}.`);
    }
    return { table, columns: found as Found<T>['columns'] };
  };
  const [users, rooms, members] = [find('users'), find('rooms'), find('members')];
  const [messages, receipts] = [find('messages'), find('receipts')];
  if (!users || !rooms || !members || !messages || problems.length > 0) return { schema: null, problems };
  return { schema: { users, rooms, members, messages, receipts }, problems: [] };
}
