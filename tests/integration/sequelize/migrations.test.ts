import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { allMigrations } from '../../../src/adapters/outbound/sequelize/migrations/all-migrations.ts';
import type { Migration } from '../../../src/adapters/outbound/sequelize/migrations/migration.ts';
import { migrateUp, migrationStatus } from '../../../src/adapters/outbound/sequelize/migrations/migrate.ts';
import { inParallel, within } from '../../contract/concurrency.ts';
import { storedUser } from '../../contract/seed.ts';
import { clock, describeDatabases, useDatabase } from './sql-harness.ts';

const ALL = allMigrations.map(({ name }) => name);

describeDatabases('migrations', (fresh) => {
  const database = useDatabase(fresh);
  const up = (migrations?: readonly Migration[]) =>
    migrateUp({ url: database.url(), clock, ...(migrations && { migrations }) });
  const status = () => migrationStatus({ url: database.url(), clock });

  it('run once each, in order, when several nodes start together', async () => {
    const reports = await inParallel(5, () => up());
    expect(reports.map(({ executed }) => executed).filter((executed) => executed.length > 0)).toEqual([ALL]);
    expect(await status()).toEqual({ applied: ALL, pending: [], executed: [] });
  });

  it('only ever add to what the version before knows, which therefore goes on beside this one', async () => {
    const aside = await database.aside();
    const schema = async () => {
      const tables = await aside.getQueryInterface().showAllTables();
      const known = tables.filter((table) => table !== 'schema_migrations');
      const columns = known.map(
        async (table) => [table, await aside.getQueryInterface().describeTable(table)] as const,
      );
      return Object.fromEntries(await Promise.all(columns));
    };
    let before: Awaited<ReturnType<typeof schema>> = {};
    for (const count of allMigrations.keys()) {
      await up(allMigrations.slice(0, count + 1));
      const now = await schema();
      for (const [table, columns] of Object.entries(before)) {
        const has = now[table] ?? {};
        expect(has).toMatchObject(columns);
        // The version before inserts rows without them.
        const added = Object.entries(has).filter(([column]) => !(column in columns));
        for (const [column, { allowNull, defaultValue }] of added) {
          expect(allowNull || defaultValue !== null, `${table}.${column} can be left out`).toBe(true);
        }
      }
      before = now;
    }
    expect(Object.keys(before).length).toBeGreaterThan(7);
  });

  it('are told of without being run', async () => {
    expect(await status()).toEqual({ applied: [], pending: ALL, executed: [] });
    expect(await status()).toEqual({ applied: [], pending: ALL, executed: [] });
  });

  it('run again where a crash left no note of them, and keep what is stored', async () => {
    const node = await database.node();
    const user = await storedUser(node);
    const aside = await database.aside();
    await aside.query(`DELETE FROM schema_migrations WHERE name <> '0002-create-sessions'`);
    expect((await up()).executed).toEqual(ALL.filter((name) => name !== '0002-create-sessions'));
    expect(await node.users.byId(user.id)).toEqual(user);
  });

  it('go on after a step that failed half way', async () => {
    let broken = true;
    const step: Migration = {
      name: '0001-two-tables',
      up: async ({ run }) => {
        await run('CREATE TABLE IF NOT EXISTS one (id INTEGER)');
        if (broken) throw new Error('The power went out.');
        await run('CREATE TABLE IF NOT EXISTS two (id INTEGER)');
      },
    };
    await expect(up([step])).rejects.toThrow('The power went out.');
    expect((await status()).applied).toEqual([]);
    broken = false;
    expect((await up([step])).executed).toEqual([step.name]);
    const aside = await database.aside();
    await aside.query('SELECT * FROM one, two');
  });

  it('are not held up by a node that was killed at its work', async () => {
    const script = fileURLToPath(new URL('./stuck-migration.ts', import.meta.url));
    const other = spawn(process.execPath, ['--import', 'tsx', script, database.url()], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await within('the other process to be at it', once(other.stdout, 'data'), 30_000);
    const here = up();
    other.kill('SIGKILL');
    expect((await within('our turn', here, 30_000)).executed).toEqual(ALL);
  });

  it('wait for the node that is at work', async () => {
    const order: string[] = [];
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let entered = (): void => undefined;
    const working = new Promise<void>((resolve) => (entered = resolve));
    const slow: Migration = {
      name: '0001-slow',
      up: async ({ run }) => {
        await run('CREATE TABLE IF NOT EXISTS slow (id INTEGER)');
        entered();
        await gate;
        order.push('done');
      },
    };
    const first = up([slow]);
    await working;
    const second = up([slow]).then((report) => {
      order.push('next');
      return report;
    });
    setTimeout(go, 500);
    expect((await first).executed).toEqual(['0001-slow']);
    expect((await second).executed).toEqual([]);
    expect(order).toEqual(['done', 'next']);
  });
});
