import type { Transaction } from 'sequelize';
import type { RoomEntry } from '../../../../domain/room/room-entry.ts';
import type { Database } from '../database.ts';
import { valuesOf } from '../log-row.ts';
import type { Place } from './keyset-pages.ts';

export interface KnownRoom {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly createdBy: string;
  readonly createdAtMs: number;
}

/** How far the two streams of a room's history have been written. */
export interface Position {
  readonly joins: Place | null;
  readonly messages: Place | null;
}

export interface RoomTotals {
  readonly entries: number;
  readonly headSeq: number;
  readonly messages: number;
  readonly joins: number;
}

const START: Position = { joins: null, messages: null };

/** The statements of an import about the tables that it fills. Errors are the driver's own. */
export class ImportTables {
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Of the values, those that the column has. */
  async among(table: string, column: string, values: readonly string[]): Promise<Set<string>> {
    const found = new Set<string>();
    for (let at = 0; at < values.length; at += IN_MAX) {
      const sql = `SELECT ${column} AS value FROM ${table} WHERE ${column} IN (?)`;
      const rows = await this.database.rows<{ value: string }>(sql, [values.slice(at, at + IN_MAX)]);
      for (const { value } of rows) found.add(value);
    }
    return found;
  }

  async insert(table: string, columns: string, rows: readonly unknown[][], transaction: Transaction | null) {
    if (rows.length === 0) return;
    await this.database.change(`INSERT INTO ${table} (${columns}) VALUES ?`, [rows], transaction);
  }

  async insertEntries(entries: readonly RoomEntry[], transaction: Transaction): Promise<void> {
    const columns = 'room_id, seq, id, type, actor_id, client_message_id, content, data, created_at';
    const { dialect } = this.database;
    await this.insert(
      'room_log',
      columns,
      entries.map((entry) => valuesOf(entry, dialect)),
      transaction,
    );
  }

  async position(id: string): Promise<Position> {
    const sql = 'SELECT position FROM imports WHERE id = ?';
    const [row] = await this.database.rows<{ position: string }>(sql, [id]);
    return row ? (JSON.parse(row.position) as Position) : START;
  }

  async keepPosition(id: string, position: Position, at: string, transaction: Transaction | null): Promise<void> {
    const text = JSON.stringify(position);
    const update = 'UPDATE imports SET position = ?, updated_at = ? WHERE id = ?';
    if ((await this.database.change(update, [text, at, id], transaction)) > 0) return;
    await this.insert('imports', 'id, position, updated_at', [[id, text, at]], transaction);
  }

  async totalsOf(roomIds: readonly string[]): Promise<ReadonlyMap<string, RoomTotals>> {
    if (roomIds.length === 0) return new Map();
    const rows = await this.database.rows<Record<'room_id', string> & Record<'n' | 'head' | 'sent' | 'came', number>>(
      `SELECT room_id, COUNT(*) AS n, MAX(seq) AS head, SUM(CASE WHEN type = 'message' THEN 1 ELSE 0 END) AS sent,
         SUM(CASE WHEN type = 'member_joined' THEN 1 ELSE 0 END) AS came
       FROM room_log WHERE room_id IN (?) GROUP BY room_id`,
      [roomIds],
    );
    return new Map(
      rows.map(({ room_id: id, n, head, sent, came }) => {
        const totals = { entries: Number(n), headSeq: Number(head), messages: Number(sent), joins: Number(came) };
        return [id, totals] as const;
      }),
    );
  }
}

/** Well below what SQLite takes for one expression, and long enough that the statements do not count. */
const IN_MAX = 1_000;
