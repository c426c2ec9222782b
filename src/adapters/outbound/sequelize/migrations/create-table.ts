import type { Dialect } from '../stored-time.ts';
import type { Migration } from './migration.ts';

/**
 * The types that the schema is made of. On MySQL ids and digests compare byte for byte and take a byte a character; a
 * utf8mb4_bin text keeps spellings apart that an accent-insensitive collation would take for one.
 */
const TYPES = {
  id: { mysql: 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin', sqlite: 'TEXT' },
  word: { mysql: 'VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin', sqlite: 'TEXT' },
  // What a client made up. Binary: other collations of MySQL and MariaDB take 'a' and 'a ' for one.
  clientKey: { mysql: 'VARBINARY(256)', sqlite: 'TEXT' },
  digest: { mysql: 'VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin', sqlite: 'TEXT' },
  hash: { mysql: 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin', sqlite: 'TEXT' },
  email: { mysql: 'VARCHAR(254)', sqlite: 'TEXT' },
  username: { mysql: 'VARCHAR(50)', sqlite: 'TEXT' },
  uniqueKey: { mysql: 'VARCHAR(255)', sqlite: 'TEXT' },
  roomName: { mysql: 'VARCHAR(120)', sqlite: 'TEXT' },
  reason: { mysql: 'VARCHAR(300)', sqlite: 'TEXT' },
  searchKey: { mysql: 'VARCHAR(360)', sqlite: 'TEXT' },
  // Compared byte for byte, by way of a digest where it is a key: it may be longer than an index takes.
  foreignName: { mysql: 'VARCHAR(512)', sqlite: 'TEXT' },
  text: { mysql: 'TEXT', sqlite: 'TEXT' },
  flag: { mysql: 'BOOLEAN', sqlite: 'INTEGER' },
  count: { mysql: 'INT UNSIGNED', sqlite: 'INTEGER' },
  seq: { mysql: 'BIGINT UNSIGNED', sqlite: 'INTEGER' },
  time: { mysql: 'DATETIME(3)', sqlite: 'TEXT' },
} as const satisfies Record<string, Record<Dialect, string>>;

type ColumnType = keyof typeof TYPES;

export interface Table {
  readonly name: string;
  /** A type that ends with '?' may be null. */
  readonly columns: Readonly<Record<string, ColumnType | `${ColumnType}?`>>;
  readonly primaryKey: string;
  readonly unique?: Readonly<Record<string, string>>;
  readonly indexes?: Readonly<Record<string, string>>;
  /** Column to the table whose id it holds. */
  readonly references?: Readonly<Record<string, string>>;
}

/** On MySQL one statement, which happens as a whole or not at all. */
export const createTable = (name: string, table: Table): Migration => ({
  name,
  up: async (context) => {
    for (const statement of statementsOf(table, context.dialect)) await context.run(statement);
  },
});

function statementsOf(table: Table, dialect: Dialect): string[] {
  const { name, columns, primaryKey, unique = {}, indexes = {}, references = {} } = table;
  const onMysql = dialect === 'mysql';
  const parts = [
    ...Object.entries(columns).map(([column, type]) => columnOf(column, type, dialect)),
    `PRIMARY KEY (${primaryKey})`,
    ...Object.entries(unique).map(([key, over]) => `CONSTRAINT ${key} UNIQUE (${over})`),
    ...(onMysql ? Object.entries(indexes).map(([key, over]) => `KEY ${key} (${over})`) : []),
    ...Object.entries(references).map(([column, other]) => foreignKey(name, column, other)),
  ];
  // Rows lie in the order of the primary key: InnoDB does that by itself.
  const tail = onMysql
    ? 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC'
    : 'WITHOUT ROWID';
  const create = `CREATE TABLE IF NOT EXISTS ${name} (\n  ${parts.join(',\n  ')}\n) ${tail}`;
  if (onMysql) return [create];
  return [
    create,
    ...Object.entries(indexes).map(([key, over]) => `CREATE INDEX IF NOT EXISTS ${key} ON ${name} (${over})`),
  ];
}

function columnOf(column: string, type: string, dialect: Dialect): string {
  const nullable = type.endsWith('?');
  const known = TYPES[(nullable ? type.slice(0, -1) : type) as ColumnType];
  return `${column} ${known[dialect]} ${nullable ? 'NULL' : 'NOT NULL'}`;
}

const foreignKey = (table: string, column: string, other: string): string =>
  `CONSTRAINT ${table}_${column} FOREIGN KEY (${column}) REFERENCES ${other} (id)`;
