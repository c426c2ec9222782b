import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';
import type { BenchResult } from '../../../src/main/bench/measure.ts';
import { cli } from '../../support/harness/cli.ts';
import { launch } from '../../support/harness/launch.ts';
import { until } from '../../support/harness/site.ts';
import { describeDatabases, openAside, useDatabase } from '../sequelize/sql-harness.ts';

describeDatabases('parley bench', (fresh) => {
  const database = useDatabase(fresh);
  const bench = (...args: string[]) => launch({ DATABASE_URL: database.url() }, undefined, ['bench', ...args]);
  const leftovers = async (): Promise<string[]> => {
    const url = database.url();
    if (url.startsWith('sqlite:')) {
      const folder = dirname(url.slice('sqlite:'.length));
      return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('bench-')) : [];
    }
    const aside = await openAside(url);
    const [rows] = await aside.query(
      "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE 'parley_bench_%'",
    );
    await aside.close();
    return (rows as { name: string }[]).map(({ name }) => name);
  };

  it('measures on a database of its own, and leaves nothing', async () => {
    const before = await leftovers();
    const running = bench('--rooms', '2', '--members', '3', '--seconds', '1', '--json');
    expect(await running.ended, running.output()).toEqual({ code: 0, signal: null });
    const output = running.output();
    const { messages, deliveries, lone, busy } = JSON.parse(output.slice(output.indexOf('{'))) as BenchResult;
    expect(messages).toBeGreaterThan(10);
    // Three people hear of each message.
    expect(deliveries / messages).toBeCloseTo(3, 0);
    for (const { p50, p99 } of [lone, busy]) expect(p99).toBeGreaterThanOrEqual(p50);
    expect((await leftovers()).filter((name) => !before.includes(name))).toEqual([]);
  });

  it.each([0, 3_000])('leaves nothing either when it is interrupted %i ms after it began', async (ms) => {
    const before = await leftovers();
    const running = bench('--seconds', '60');
    const made = async () => (await leftovers()).filter((name) => !before.includes(name));
    await until('the database is there', async () => (await made()).length > 0, 30_000);
    await new Promise((resume) => setTimeout(resume, ms));
    running.child.kill('SIGINT');
    expect(await running.ended).toEqual({ code: 1, signal: null });
    expect(running.output()).toContain('Interrupted.');
    expect(await made()).toEqual([]);
  });

  it('takes no room of nobody', async () => {
    const { exitCode, stderr } = await cli(['bench', '--rooms', '0'], { env: { DATABASE_URL: database.url() } });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('A whole number from 1 to 100.'),
    });
  });
});
