import { expect, it } from 'vitest';
import { call } from '../../support/harness/http.ts';
import { startChild } from '../../support/harness/launch.ts';
import { until } from '../../support/harness/site.ts';
import { describeDatabases, useDatabase } from '../sequelize/sql-harness.ts';

const SECRET = 'a secret for tests that is long enough';

describeDatabases('serve', (fresh, product) => {
  const database = useDatabase(fresh);

  it('names the weak spots once each, in words, while it serves', async () => {
    const env = { DATABASE_URL: database.url(), JWT_SECRET: SECRET, MESSAGE_RATE_LIMIT: 'off' };
    const server = await startChild(env);
    const lines = () =>
      server
        .output()
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('{'));
    const logged = () => lines().map((line) => JSON.parse(line) as { check?: string; level: string; msg: string });
    const of = (check: string) => logged().filter((line) => line.check === check);
    try {
      await until('the secret is called guessable', async () => of('secrets').length > 0);
      expect(of('secrets')).toMatchObject([{ level: 'error' }]);
      expect(of('limits')).toMatchObject([{ level: 'warn', msg: expect.stringContaining('MESSAGE_RATE_LIMIT') }]);
      // The servers of the tests do not flush at a commit; opening the database has warned of it.
      expect(of('mysql-durability')).toHaveLength(product === 'sqlite' ? 0 : 1);
      expect(of('schema')).toEqual([]);
      expect(server.output()).not.toContain(SECRET);
    } finally {
      expect((await server.kill('SIGTERM')).code).toBe(0);
    }
  });

  it('is not ready on a schema that lacks a step', async () => {
    const server = await startChild({ DATABASE_URL: database.url(), JWT_SECRET: SECRET });
    const aside = await database.aside();
    try {
      expect(await call(server.url, 'GET', '/ready')).toMatchObject({ status: 200, body: { reasons: [] } });
      await aside.query(`DELETE FROM schema_migrations WHERE name = '0021-index-joined-at'`);
      await until('it says so', async () => (await call(server.url, 'GET', '/ready')).status === 503);
      const { body } = await call(server.url, 'GET', '/ready');
      expect(body).toMatchObject({ checks: { database: 'up', schema: 'older' }, reasons: [{ check: 'schema' }] });
    } finally {
      expect((await server.kill('SIGTERM')).code).toBe(0);
    }
  });
});
