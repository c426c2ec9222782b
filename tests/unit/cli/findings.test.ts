import { describe, expect, it } from 'vitest';
import { redisFindings } from '../../../src/adapters/outbound/redis/inspect-redis.ts';
import { serverFindings } from '../../../src/adapters/outbound/sequelize/server-findings.ts';
import { sqliteFindings, type SqliteFacts } from '../../../src/adapters/outbound/sequelize/sqlite-findings.ts';
import { processFindings } from '../../../src/adapters/outbound/system/inspect-process.ts';
import type { Finding } from '../../../src/application/diagnosis/finding.ts';
import { readConfig } from '../../../src/main/config/config.ts';
import { configFindings } from '../../../src/main/diagnosis/config-findings.ts';
import { cli } from '../../support/harness/cli.ts';

/** Those that are not all right, each with what it says to do. */
const verdicts = (findings: readonly Finding[]) => {
  for (const { verdict, advice } of findings) expect(advice === null).toBe(verdict === 'ok');
  return findings.filter(({ verdict }) => verdict !== 'ok').map(({ check, verdict }) => `${check} ${verdict}`);
};

describe('a process', () => {
  const of = (facts: { node?: string; openFilesMax?: number | null }) =>
    verdicts(processFindings({ node: '24.1.0', openFilesMax: 65_536, ...facts }));

  it('is well on a supported Node with room for connections', () => {
    expect(of({})).toEqual([]);
    expect(of({ openFilesMax: null })).toEqual([]);
    expect(of({ openFilesMax: Number.POSITIVE_INFINITY })).toEqual([]);
  });

  it('is told what it lacks', () => {
    expect(of({ node: '20.19.0' })).toEqual(['node warn']);
    expect(of({ node: '20.18.3' })).toEqual(['node fail']);
    expect(of({ openFilesMax: 1_024 })).toEqual(['open-files warn']);
  });
});

describe('a configuration', () => {
  const GOOD = { NODE_ENV: 'production', JWT_SECRET: 'q8Zr0u7vC1nXw5LkT3yEo9HsPb2dGmJfA6iUxVaK' };
  const of = (env: Record<string, string>) => verdicts(configFindings(readConfig({ ...GOOD, ...env })));

  it('of production with a random secret is well', () => {
    expect(of({})).toEqual([]);
    expect(of({ DATABASE_URL: 'mysql://a@b/c', REDIS_URL: 'redis://d' })).toEqual([]);
    // Random, and with a word in it that people use.
    expect(of({ JWT_SECRET: 'q8Zr0u7vC1nXw5LkT3yEo9HsPb2dGmJfA6iUxtesT' })).toEqual([]);
  });

  it.each(['x'.repeat(40), 'change-me-change-me-change-me-change-me', 'a secret for tests that is long enough'])(
    'has a secret that can be guessed: %s',
    (JWT_SECRET) => expect(of({ JWT_SECRET })).toEqual(['secrets fail']),
  );

  it('of development says what it leaves open', () => {
    expect(of({ NODE_ENV: 'development', JWT_SECRET: '' })).toEqual(['environment warn', 'secrets warn']);
    expect(of({ MESSAGE_RATE_LIMIT: 'off' })).toEqual(['limits warn']);
    expect(of({ REDIS_URL: 'redis://d' })).toEqual(['nodes warn']);
  });

  it('that cannot be used is a finding too, and the only one that depends on it', async () => {
    const { exitCode, stdout } = await cli(['doctor', '--json'], { env: { PORT: 'http', HOST: '' } });
    const { findings, fail } = JSON.parse(stdout) as { findings: Finding[]; fail: number };
    expect({ exitCode, fail }).toEqual({ exitCode: 3, fail: 1 });
    expect(findings.map(({ check }) => check)).toEqual(['node', 'open-files', 'configuration']);
    expect(findings.at(-1)?.seen).toContain('PORT: must be a whole number');
  });
});

describe('a database file', () => {
  const GOOD: SqliteFacts = {
    journalMode: 'wal',
    synchronous: 2,
    mode: 0o600,
    isWritable: true,
    freeBytes: 50e9,
    fileSystem: 0xef53,
    walBytes: 4e6,
  };
  const of = (facts: Partial<SqliteFacts>) => verdicts(sqliteFindings({ ...GOOD, ...facts }));

  it('is well when it is private, durable, local and has room', () => expect(of({})).toEqual([]));

  it('is told what may lose or show something', () => {
    expect(of({ journalMode: 'delete' })).toEqual(['sqlite-journal warn']);
    expect(of({ synchronous: 1 })).toEqual(['sqlite-journal fail']);
    expect(of({ walBytes: 2e9 })).toEqual(['sqlite-journal warn']);
    expect(of({ mode: 0o644 })).toEqual(['sqlite-permissions warn']);
    expect(of({ isWritable: false })).toEqual(['sqlite-permissions fail']);
    expect(of({ freeBytes: 500e6 })).toEqual(['sqlite-disk warn']);
    expect(of({ freeBytes: 50e6 })).toEqual(['sqlite-disk fail']);
    expect(of({ fileSystem: 0x6969 })).toEqual(['sqlite-file-system fail']);
  });
});

describe('a database server', () => {
  const GOOD = {
    character_set_client: 'utf8mb4',
    max_allowed_packet: '67108864',
    innodb_flush_log_at_trx_commit: '1',
    log_bin: 'ON',
    sync_binlog: '1',
    binlog_format: 'ROW',
    max_connections: '151',
    read_only: 'OFF',
    time_zone: '+00:00',
    transaction_isolation: 'READ-COMMITTED',
    sql_mode: 'STRICT_ALL_TABLES',
  };
  const of = (settings: Partial<typeof GOOD>) =>
    verdicts(serverFindings(new Map(Object.entries({ ...GOOD, ...settings })), 100));

  it('is well with the settings that an acknowledgement needs', () => expect(of({})).toEqual([]));

  it('is told which settings do not keep the promise', () => {
    expect(of({ sync_binlog: '0' })).toEqual(['mysql-durability warn']);
    expect(of({ innodb_flush_log_at_trx_commit: '2' })).toEqual(['mysql-durability warn']);
    expect(of({ sync_binlog: '0', log_bin: 'OFF', binlog_format: 'STATEMENT' })).toEqual([]);
    expect(of({ character_set_client: 'latin1' })).toEqual(['mysql-charset fail']);
    expect(of({ max_allowed_packet: '1048576' })).toEqual(['mysql-packets fail']);
    expect(of({ binlog_format: 'STATEMENT' })).toEqual(['mysql-binlog-format fail']);
    expect(of({ transaction_isolation: 'REPEATABLE-READ' })).toEqual(['mysql-session fail']);
    expect(of({ time_zone: 'SYSTEM' })).toEqual(['mysql-session fail']);
    expect(of({ sql_mode: '' })).toEqual(['mysql-session fail']);
    expect(of({ read_only: 'ON' })).toEqual(['mysql-writable fail']);
    expect(of({ max_connections: '100' })).toEqual(['mysql-connections warn']);
  });
});

describe('a Redis', () => {
  const GOOD = {
    redis_version: '7.2.4',
    role: 'master',
    maxmemory: '104857600',
    maxmemory_human: '100.00M',
    maxmemory_policy: 'noeviction',
    aof_enabled: '0',
  };
  const of = (facts: Partial<typeof GOOD>) => {
    const info = Object.entries({ ...GOOD, ...facts }).map(([name, value]) => `${name}:${value}`);
    return verdicts(redisFindings(['# Server', ...info].join('\r\n')));
  };

  it('is well without persistence, and with any policy while its memory has no limit', () => {
    expect(of({})).toEqual([]);
    expect(of({ maxmemory: '0', maxmemory_policy: 'allkeys-lru' })).toEqual([]);
  });

  it('is told what makes it unfit', () => {
    expect(of({ maxmemory_policy: 'allkeys-lru' })).toEqual(['redis-memory warn']);
    expect(of({ maxmemory_policy: 'volatile-ttl' })).toEqual(['redis-memory warn']);
    expect(of({ redis_version: '6.2.14' })).toEqual(['redis fail']);
    expect(of({ role: 'slave' })).toEqual(['redis-writable fail']);
    expect(verdicts(redisFindings(null))).toEqual(['redis warn']);
  });
});
