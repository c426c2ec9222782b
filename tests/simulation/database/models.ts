import type { Models } from '../../../src/adapters/outbound/sequelize/models/models.ts';
import { primaryOf, type Row, type TableName } from './engine.ts';
import type { SimDatabase, SimTransaction } from './sim-database.ts';

interface Options {
  readonly where?: Readonly<Record<string, unknown>>;
  readonly order?: readonly string[];
  readonly limit?: number;
  readonly lock?: unknown;
  readonly transaction?: SimTransaction | null;
}

/** Sequelize's models, as far as the stores of rooms, members, sanctions and users use them. */
export function modelsOn(database: SimDatabase): Models {
  const models = {
    users: modelOf(database, 'users'),
    rooms: modelOf(database, 'rooms'),
    members: modelOf(database, 'members'),
    sanctions: modelOf(database, 'sanctions'),
  };
  return models as unknown as Models;
}

function modelOf(database: SimDatabase, table: TableName) {
  const find = ({ where = {}, order = [], limit = Number.POSITIVE_INFINITY, transaction = null, lock }: Options) =>
    database.statement(transaction, async (tx, view, engine) => {
      if (lock !== undefined) {
        for (const row of matching(view().rows(table), where)) await engine.lock(tx, table, primaryOf(table, row));
      }
      const rows = matching(view().rows(table), where);
      for (const column of order) rows.sort((a, b) => (String(a[column]) < String(b[column]) ? -1 : 1));
      return rows.slice(0, limit);
    });
  return {
    findOne: async (options: Options) => (await find(options))[0] ?? null,
    findAll: find,
    count: async (options: Options) => (await find(options)).length,
    create: (row: Row, { transaction = null }: Options) =>
      database.statement(transaction, (tx, _view, engine) =>
        engine.insert(tx, table, [table === 'members' ? { unread_from_seq: null, ...row } : row]),
      ),
    destroy: ({ where = {}, transaction = null }: Options) =>
      database.statement(transaction, async (tx, view, engine) => {
        const found = matching(view().rows(table), where);
        for (const row of found) await engine.lock(tx, table, primaryOf(table, row));
        const left = matching(engine.view(tx).rows(table), where);
        for (const row of left) engine.write(tx, table, row, null);
        return left.length;
      }),
  };
}

const matching = (rows: readonly Row[], where: Readonly<Record<string, unknown>>): Row[] =>
  rows.filter((row) => Object.entries(where).every(([column, wanted]) => isWanted(row[column], wanted)));

/** A value, or a list of them under Sequelize's symbol for IN, which is the only one in use. */
function isWanted(value: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  return Object.getOwnPropertySymbols(wanted).every((operator) =>
    (wanted as Record<symbol, readonly unknown[]>)[operator]?.includes(value),
  );
}
