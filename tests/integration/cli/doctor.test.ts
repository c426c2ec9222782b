import { chmod } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/application/diagnosis/finding.ts';
import { privateRedis } from '../../support/databases/private-redis.ts';
import { createDatabase } from '../../support/databases/fresh-database.ts';
import { locateServer } from '../../support/databases/locate-server.ts';
import { startServer } from '../../support/databases/start-server.ts';
import { isMissing } from '../../support/databases/types.ts';
import { cli } from '../../support/harness/cli.ts';
import { describeDatabases, sqliteFile, useDatabase } from '../sequelize/sql-harness.ts';

const PRODUCTION = { NODE_ENV: 'production', JWT_SECRET: 'q8Zr0u7vC1nXw5LkT3yEo9HsPb2dGmJfA6iUxVaK' };

async function doctor(env: Record<string, string>, ...flags: string[]) {
  const { exitCode, stdout } = await cli(['doctor', '--json', ...flags], { env: { ...PRODUCTION, ...env } });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  // What the machine that runs the test is like is not what a test is about.
  const ours = findings.filter(({ check }) => !['node', 'open-files', 'sqlite-disk'].includes(check));
  const found = ours.filter(({ verdict }) => verdict !== 'ok').map(({ check, verdict }) => `${check} ${verdict}`);
  const seen = (check: string) => findings.find((finding) => finding.check === check)?.seen;
  return { exitCode, found, seen };
}

/** The servers of the tests do not flush at a commit, so that the tests are fast: a weak spot to find. */
const WEAK = { sqlite: [], mysql: ['mysql-durability warn'], mariadb: ['mysql-durability warn'] };

describeDatabases('doctor', (fresh, product) => {
  const database = useDatabase(fresh);

  it('has nothing to say of a database as Parley makes it, but what is weak about its server', async () => {
    await database.node();
    const { exitCode, found, seen } = await doctor({ DATABASE_URL: database.url() });
    expect(found).toEqual(WEAK[product]);
    expect(exitCode).toBe(0);
    expect(seen('schema')).toContain('none is pending');
    if (product !== 'sqlite') expect(seen('database')).toMatch(/^(MySQL|MariaDB) \d+\.\d+\.\d+.* answers$/);
  });

  it('finds a step of the schema that is missing, and changes nothing', async () => {
    await database.node();
    const aside = await database.aside();
    await aside.query(`DELETE FROM schema_migrations WHERE name = '0021-index-joined-at'`);
    for (const time of ['first', 'second']) {
      const { found, seen } = await doctor({ DATABASE_URL: database.url() });
      expect(found, time).toEqual([...WEAK[product], 'schema warn']);
      expect(seen('schema')).toBe('1 migrations are pending');
    }
  });

  if (product === 'sqlite') return;

  it('finds a table that compares text in another way', async () => {
    await database.node();
    const aside = await database.aside();
    await aside.query('ALTER TABLE users DEFAULT COLLATE utf8mb4_general_ci');
    const { exitCode, found, seen } = await doctor({ DATABASE_URL: database.url() });
    expect(found).toEqual([...WEAK[product], 'mysql-collation fail']);
    expect(seen('mysql-collation')).toBe('not utf8mb4_bin: users');
    expect(exitCode).toBe(3);
  });

  it('says that a wrong password is refused, and does not say the password', async () => {
    const url = new URL(database.url());
    url.username = 'nobody';
    url.password = 'hunter2';
    const { exitCode, stdout, stderr } = await cli(['doctor'], { env: { DATABASE_URL: url.href } });
    expect(exitCode).toBe(3);
    expect(stdout).toContain('ER_ACCESS_DENIED_ERROR');
    expect(stdout + stderr).not.toContain('hunter2');
  });
});

describe('doctor on a SQLite file', () => {
  const database = useDatabase(sqliteFile);
  const path = () => database.url().slice('sqlite:'.length);

  it('finds one that others can read, and one that is not in WAL mode, and leaves both as they are', async () => {
    await (await database.node()).close();
    const aside = await database.aside();
    await aside.query('PRAGMA journal_mode = DELETE');
    await aside.close();
    await chmod(path(), 0o644);
    for (const time of ['first', 'second']) {
      const { found } = await doctor({ DATABASE_URL: database.url() });
      expect(found, time).toEqual(['sqlite-journal warn', 'sqlite-permissions warn']);
    }
  });

  it('does not make one that is not there', async () => {
    for (const time of ['first', 'second']) {
      const { exitCode, seen } = await doctor({ DATABASE_URL: database.url() });
      expect(exitCode, time).toBe(0);
      expect(seen('database')).toContain('is made at the first start');
    }
  });
});

describe('doctor on a durable server', () => {
  it('finds a binary log that is no longer flushed', async () => {
    const binary = await locateServer('mysql');
    if (isMissing(binary)) throw new Error(binary.missing);
    const server = await startServer({ ...binary, durable: true });
    try {
      const { url: DATABASE_URL } = await createDatabase(server.url);
      await cli(['migrate', 'up'], { env: { ...PRODUCTION, DATABASE_URL } });
      expect(await doctor({ DATABASE_URL }, '--strict')).toMatchObject({ found: [] });
      const admin = await createConnection(server.url);
      await admin.query('SET GLOBAL sync_binlog = 0');
      const { exitCode, found, seen } = await doctor({ DATABASE_URL });
      expect({ exitCode, found }).toEqual({ exitCode: 0, found: ['mysql-durability warn'] });
      expect(seen('mysql-durability')).toBe('innodb_flush_log_at_trx_commit is 1, sync_binlog is 0');
      expect(await doctor({ DATABASE_URL }, '--strict')).toMatchObject({ exitCode: 3 });
      await admin.query('SET GLOBAL read_only = ON');
      expect(await doctor({ DATABASE_URL })).toMatchObject({ exitCode: 3 });
      await admin.end();
    } finally {
      await server.stop();
    }
  });
});

describe('doctor on a Redis', () => {
  it('finds one that may forget who is there, and one that is gone', async () => {
    const redis = await privateRedis();
    // Several nodes are on one server; this test is not about that.
    const of = async () => (await doctor({ REDIS_URL: redis.url, DATABASE_URL: 'memory:' })).found.slice(2);
    try {
      expect(await of()).toEqual([]);
      const admin = new Redis(redis.url);
      await admin.config('SET', 'maxmemory', '100mb', 'maxmemory-policy', 'allkeys-lru');
      expect(await of()).toEqual(['redis-memory warn']);
      admin.disconnect();
      const heal = await redis.kill();
      expect(await of()).toEqual(['redis warn']);
      await heal();
    } finally {
      await redis.stop();
    }
  });
});
