import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sequelize } from 'sequelize';
import { afterEach, beforeEach, describe } from 'vitest';
import { connect } from '../../../src/adapters/outbound/sequelize/connection.ts';
import {
  openSequelizePersistence,
  type SequelizePersistenceOptions,
} from '../../../src/adapters/outbound/sequelize/persistence.ts';
import type { Clock, Logger, Persistence } from '../../../src/application/ports/index.ts';
import type { PersistenceHarness } from '../../contract/persistence-harness.ts';
import { describeServers } from '../../support/databases/available.ts';
import { createDatabase } from '../../support/databases/fresh-database.ts';
import type { Flavour } from '../../support/databases/types.ts';

export interface SqlDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export const clock: Clock = { nowMs: () => Date.now() };

export const quietLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export async function sqliteFile(): Promise<SqlDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-sqlite-'));
  return { url: `sqlite:${join(folder, 'data', 'parley.db')}`, drop: () => rm(folder, { recursive: true }) };
}

export const onServer = (adminUrl: string) => (): Promise<SqlDatabase> => createDatabase(adminUrl);

export type OpenOptions = Partial<Omit<SequelizePersistenceOptions, 'url'>>;

export const openNode = (url: string, options: OpenOptions = {}): Promise<Persistence> =>
  openSequelizePersistence({ url, clock, logger: quietLogger, ...options });

/** A connection beside the adapter's own, for what no port can do. */
export async function openAside(url: string): Promise<Sequelize> {
  return (await connect({ url, poolMax: 1, deadlineMs: null })).sequelize;
}

// Rows that refer to others come before them.
const TABLES = [
  'room_log',
  'invite_uses',
  'room_invites',
  'webhook_dead_letters',
  'webhook_positions',
  'webhooks',
  'room_sanctions',
  'room_members',
  'sessions',
  'external_identities',
  'rooms',
  'users',
  'leases',
];

export const sqlHarness = (fresh: () => Promise<SqlDatabase>) => async (): Promise<PersistenceHarness> => {
  const database = await fresh();
  const persistence = await openNode(database.url);
  const aside = await openAside(database.url);
  return {
    persistence,
    reset: async () => {
      for (const table of TABLES) await aside.query(`DELETE FROM ${table}`);
    },
    close: async () => {
      await persistence.close();
      await aside.close();
      await database.drop();
    },
  };
};

export type Product = 'sqlite' | Flavour;

/** The same tests on a SQLite file and on each server. */
export function describeDatabases(title: string, body: (fresh: () => Promise<SqlDatabase>, product: Product) => void) {
  describe(`${title} on SQLite`, () => body(sqliteFile, 'sqlite'));
  describeServers(title, ({ flavour }, url) => body(onServer(url), flavour));
}

/** An empty database for each test, with what the test opens on it closed again. */
export function useDatabase(fresh: () => Promise<SqlDatabase>) {
  let database: SqlDatabase | undefined;
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
    opened.push(thing);
    return thing;
  };
  const url = () => database?.url ?? '';
  beforeEach(async () => {
    database = await fresh();
  });
  afterEach(async () => {
    for (const thing of opened.splice(0).reverse()) await thing.close();
    await database?.drop();
  });
  return {
    url,
    keep,
    node: async (options: OpenOptions = {}) => keep(await openNode(url(), options)),
    aside: async () => keep(await openAside(url())),
  };
}
