import type { Dialect } from '../stored-time.ts';

/** The values of the columns that a page is ordered by, of its last row. */
export type Place = readonly string[];

type Columns = Readonly<Record<string, string | null>>;

interface PagesRequest<Row> {
  readonly dialect: Dialect;
  readonly rows: <R extends object>(sql: string, values: readonly unknown[]) => Promise<R[]>;
  /** Quoted; its alias is t. */
  readonly table: string;
  readonly plain: Columns;
  readonly times: Columns;
  readonly order: readonly (keyof Row & string)[];
  /** Rows of a page, where they are short. */
  readonly limitMax: number;
  /** A column that names a row. With it, long texts are not sorted, only looked up. */
  readonly key?: string | null;
  readonly after?: Place | null;
  readonly where?: string;
}

/** All rows in order, page by page. The next page is read while the caller works on the one before. */
export async function* keysetPages<Row>(request: PagesRequest<Row>): AsyncGenerator<readonly Row[]> {
  const { dialect, rows, table, plain, times, order, limitMax, key = null, after = null, where = '1 = 1' } = request;
  const named = { ...plain, ...times };
  const by = order.map((name) => `t.${quoted(named[name] ?? '')}`);
  const chosen = [
    ...Object.entries(plain).map(([name, column]) => [name, column && `t.${quoted(column)}`] as const),
    ...Object.entries(times).map(([name, column]) => [name, column && timeOf(`t.${quoted(column)}`, dialect)] as const),
  ].map(([name, expression]) => `${expression ?? 'NULL'} AS ${quoted(name)}`);
  let limit = Math.min(limitMax, ROWS_MIN);
  const read = (place: Place | null) => {
    const [beyond, values] = place === null ? ['1 = 1', []] : beyondOf(by, place);
    const sorted = `FROM ${table} t WHERE ${where} AND (${beyond}) ORDER BY ${by.join(', ')} LIMIT ${limit}`;
    if (key === null) return rows<Row & object>(`SELECT ${chosen.join(', ')} ${sorted}`, values);
    const found = `(SELECT t.${quoted(key)} AS k ${sorted}) p JOIN ${table} t ON t.${quoted(key)} = p.k`;
    return rows<Row & object>(`SELECT ${chosen.join(', ')} FROM ${found} ORDER BY ${by.join(', ')}`, values);
  };
  for (let next = read(after); ;) {
    const page = await next;
    const last = page.at(-1);
    if (last === undefined) return;
    const isLast = page.length < limit;
    limit = Math.min(limitMax, Math.max(ROWS_MIN, Math.floor((page.length * CHARS_MAX) / charsOf(page))));
    if (!isLast) next = read(order.map((name) => String(last[name])));
    // Whoever stops reading here is told nothing of a page that failed meanwhile.
    next.catch(() => undefined);
    yield page;
    if (isLast) return;
  }
}

/** What people wrote is short or long; what is in memory at a time shall not depend on it. */
const CHARS_MAX = 16_000_000;
const ROWS_MIN = 500;

const charsOf = (rows: readonly object[]): number =>
  rows.reduce((sum, row) => {
    return Object.values(row).reduce<number>(
      (chars, value) => chars + (typeof value === 'string' ? value.length : 8),
      sum,
    );
  }, 1);

export const quoted = (name: string | null): string => `\`${(name ?? '').replaceAll('`', '``')}\``;

export const timeOf = (column: string, dialect: Dialect): string =>
  dialect === 'mysql' ? `DATE_FORMAT(${column}, '%Y-%m-%d %H:%i:%s.%f')` : column;

/** (a, b) > (x, y), written so that an index on a is used. */
function beyondOf(by: readonly string[], place: Place): [sql: string, values: string[]] {
  const [first, ...others] = by;
  const [value = '', ...rest] = place;
  if (first === undefined) return ['1 = 0', []];
  if (others.length === 0) return [`${first} > ?`, [value]];
  const [sql, values] = beyondOf(others, rest);
  return [`${first} >= ? AND (${first} > ? OR (${sql}))`, [value, value, ...values]];
}
