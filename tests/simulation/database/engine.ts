import { UniqueConstraintError } from 'sequelize';
import type { SimTime } from '../sim-time.ts';

export type Row = Readonly<Record<string, unknown>>;
export type TableName = 'users' | 'rooms' | 'members' | 'sanctions' | 'log';

export interface Change {
  readonly table: TableName;
  readonly before: Row | null;
  readonly after: Row | null;
}

export type AdaptInsert = (table: TableName, rows: readonly Row[]) => readonly Row[];

interface Wrong {
  readonly adaptInsert?: AdaptInsert;
  readonly withoutKeys?: readonly string[];
}

const TABLES: readonly TableName[] = ['users', 'rooms', 'members', 'sanctions', 'log'];
const LOCK_WAIT_MS = 3_000;

type Key = (row: Row) => string | null;

const columns =
  (...names: readonly string[]): Key =>
  (row) =>
    names.some((name) => row[name] === null) ? null : names.map((name) => String(row[name])).join('/');

/** The primary key first. A key with a null in it is not unique. */
const KEYS: Record<TableName, Readonly<Record<string, Key>>> = {
  users: { primary: columns('id') },
  rooms: { primary: columns('id'), rooms_invite_code: columns('invite_code') },
  members: { primary: columns('room_id', 'user_id') },
  sanctions: { primary: columns('room_id', 'kind', 'user_id') },
  log: {
    primary: columns('room_id', 'seq'),
    room_log_id: columns('id'),
    room_log_client_message_id: columns('room_id', 'actor_id', 'client_message_id'),
  },
};

export const primaryOf = (table: TableName, row: Row): string => KEYS[table]['primary']?.(row) ?? '';

/** What one statement sees. */
export interface View {
  get(table: TableName, primary: string): Row | undefined;
  rows(table: TableName): Row[];
  /** A room's rows of the log, ascending by seq. */
  log(roomId: string): readonly Row[];
}

export const driverError = (code: string, errno: number | undefined, fatal = false): Error =>
  Object.assign(new Error(code), { code, errno, fatal });

/** A transaction as the server knows it. */
export class Tx {
  readonly writes = new Map<string, Change>();
  readonly index = new Map<string, string | null>();
  readonly claims = new Set<string>();
  readonly waiters = new Set<() => void>();
  waitsFor: Tx | null = null;
  ended = false;
  /** More than one statement, until COMMIT. */
  isUnit = false;
  /** The client's connection is gone. */
  isCut = false;
}

/**
 * Tables with the rules of InnoDB at READ COMMITTED, as far as writers of chat rooms meet them: a unique key is checked
 * against what is committed and against what is under way, where it waits; a row that is written or locked is held to
 * the end of the transaction; a statement that fails is undone by itself, a deadlock's victim as a whole.
 */
export class Engine {
  readonly #time: SimTime;
  readonly #wrong: Wrong;
  readonly #tables: Record<TableName, Map<string, Row>>;
  readonly #index = new Map<string, string>();
  readonly #claims = new Map<string, Tx>();
  readonly #logs = new Map<string, Row[]>();
  onCommit: (changes: readonly Change[]) => void = () => undefined;

  /** `wrong`: what a mutant breaks. */
  constructor(time: SimTime, wrong: Wrong = {}) {
    this.#time = time;
    this.#wrong = wrong;
    this.#tables = { users: new Map(), rooms: new Map(), members: new Map(), sanctions: new Map(), log: new Map() };
  }

  /** What is committed now, and what `tx` has written itself. */
  view(tx: Tx | null): View {
    const own = (table: TableName): Change[] =>
      tx === null || tx.writes.size === 0 ? [] : [...tx.writes.values()].filter((change) => change.table === table);
    return {
      get: (table, primary) => {
        const change = tx?.writes.get(`${table}|${primary}`);
        return change === undefined ? this.#tables[table].get(primary) : (change.after ?? undefined);
      },
      rows: (table) => {
        const changes = own(table);
        if (changes.length === 0) return [...this.#tables[table].values()];
        const merged = new Map(this.#tables[table]);
        for (const { before, after } of changes) {
          if (after === null) merged.delete(primaryOf(table, before as Row));
          else merged.set(primaryOf(table, after), after);
        }
        return [...merged.values()];
      },
      log: (roomId) => {
        const committed = this.#logs.get(roomId) ?? [];
        const added = own('log').flatMap(({ after }) => (after?.['room_id'] === roomId ? [after] : []));
        return added.length === 0 ? committed : [...committed, ...added].sort(bySeq);
      },
    };
  }

  /** Everything as it is committed now, whatever comes later. */
  snapshot(): View {
    const tables = new Map(TABLES.map((table) => [table, new Map(this.#tables[table])]));
    const heads = new Map([...this.#logs].map(([roomId, rows]) => [roomId, rows.length]));
    return {
      get: (table, primary) => tables.get(table)?.get(primary),
      rows: (table) => [...(tables.get(table)?.values() ?? [])],
      // A log only grows.
      log: (roomId) => (this.#logs.get(roomId) ?? []).slice(0, heads.get(roomId) ?? 0),
    };
  }

  /** All of the rows or, when it throws, none. */
  async insert(tx: Tx, table: TableName, rows: readonly Row[]): Promise<void> {
    const undo: (() => void)[] = [];
    try {
      const { adaptInsert = (_table, given) => given } = this.#wrong;
      for (const row of adaptInsert(table, rows)) await this.#insertOne(tx, table, row, undo);
    } catch (error) {
      if (!tx.ended) for (const step of undo.reverse()) step();
      throw error;
    }
  }

  /** Waits until nobody else holds the row, then holds it to the end of the transaction. */
  async lock(tx: Tx, table: TableName, primary: string): Promise<void> {
    await this.#claim(tx, `${table}|primary|${primary}`);
  }

  /** For rows that the transaction holds. Null deletes. */
  write(tx: Tx, table: TableName, before: Row, after: Row | null): void {
    const primary = primaryOf(table, before);
    const name = `${table}|${primary}`;
    tx.writes.set(name, { table, before: tx.writes.get(name)?.before ?? before, after });
    if (after !== null) return;
    for (const [key, keyOf] of Object.entries(KEYS[table])) tx.index.set(`${table}|${key}|${keyOf(before)}`, null);
  }

  commit(tx: Tx): void {
    if (tx.ended && tx.isCut) throw driverError('PROTOCOL_CONNECTION_LOST', undefined, true);
    // A COMMIT with nothing to commit: the transaction was a deadlock's victim.
    if (tx.ended) return;
    for (const { table, before, after } of tx.writes.values()) {
      if (before !== null) this.#tables[table].delete(primaryOf(table, before));
      if (after !== null) this.#tables[table].set(primaryOf(table, after), after);
      if (after !== null && table === 'log') this.#keepLog(after);
    }
    for (const [key, primary] of tx.index) {
      if (primary === null) this.#index.delete(key);
      else this.#index.set(key, primary);
    }
    this.#end(tx);
    if (tx.writes.size > 0) this.onCommit([...tx.writes.values()]);
  }

  rollback(tx: Tx): void {
    if (!tx.ended) this.#end(tx);
  }

  #keepLog(row: Row): void {
    const roomId = String(row['room_id']);
    const room = this.#logs.get(roomId);
    if (room === undefined) this.#logs.set(roomId, [row]);
    else if (room.push(row) > 1) room.sort(bySeq);
  }

  async #insertOne(tx: Tx, table: TableName, row: Row, undo: (() => void)[]): Promise<void> {
    const primary = primaryOf(table, row);
    for (const [name, keyOf] of Object.entries(KEYS[table])) {
      const value = keyOf(row);
      if (value === null || this.#wrong.withoutKeys?.includes(name)) continue;
      const key = `${table}|${name}|${value}`;
      const isNew = !tx.claims.has(key);
      await this.#claim(tx, key);
      if (isNew) undo.push(() => this.#release(tx, key));
      const own = tx.index.get(key);
      if (own !== null && (own !== undefined || this.#index.has(key))) throw duplicate(name, value);
      tx.index.set(key, primary);
      undo.push(() => (own === undefined ? tx.index.delete(key) : tx.index.set(key, own)));
    }
    const name = `${table}|${primary}`;
    const earlier = tx.writes.get(name);
    tx.writes.set(name, { table, before: earlier?.before ?? null, after: row });
    undo.push(() => (earlier === undefined ? tx.writes.delete(name) : tx.writes.set(name, earlier)));
  }

  async #claim(tx: Tx, key: string): Promise<void> {
    for (;;) {
      if (tx.ended) throw driverError('PROTOCOL_CONNECTION_LOST', undefined, true);
      const owner = this.#claims.get(key);
      if (owner === undefined || owner === tx) break;
      await this.#wait(tx, owner);
    }
    this.#claims.set(key, tx);
    tx.claims.add(key);
  }

  async #wait(tx: Tx, owner: Tx): Promise<void> {
    for (let other: Tx | null = owner; other !== null; other = other.waitsFor) {
      if (other !== tx) continue;
      this.rollback(tx);
      throw driverError('ER_LOCK_DEADLOCK', 1213);
    }
    tx.waitsFor = owner;
    const isLate = await new Promise<boolean>((resolve) => {
      const wake = () => {
        cancel();
        resolve(false);
      };
      const cancel = this.#time.after(LOCK_WAIT_MS, () => {
        owner.waiters.delete(wake);
        resolve(true);
      });
      owner.waiters.add(wake);
    });
    tx.waitsFor = null;
    if (isLate) throw driverError('ER_LOCK_WAIT_TIMEOUT', 1205);
  }

  #release(tx: Tx, key: string): void {
    tx.claims.delete(key);
    this.#claims.delete(key);
    this.#wake(tx);
  }

  #end(tx: Tx): void {
    tx.ended = true;
    for (const key of tx.claims) this.#claims.delete(key);
    this.#wake(tx);
  }

  #wake(tx: Tx): void {
    const waiters = [...tx.waiters];
    tx.waiters.clear();
    for (const wake of waiters) wake();
  }
}

const bySeq = (a: Row, b: Row): number => Number(a['seq']) - Number(b['seq']);

const duplicate = (key: string, value: string): Error =>
  new UniqueConstraintError({ message: 'duplicate', errors: [], fields: { [key]: value } });
