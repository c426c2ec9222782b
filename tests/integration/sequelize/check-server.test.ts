import { describe, expect, it } from 'vitest';
import { checkServer } from '../../../src/adapters/outbound/sequelize/check-server.ts';
import { connect } from '../../../src/adapters/outbound/sequelize/connection.ts';
import { Database } from '../../../src/adapters/outbound/sequelize/database.ts';
import { describeServers } from '../../support/databases/available.ts';
import { onServer, quietLogger, useDatabase } from './sql-harness.ts';

const GOOD = {
  character_set_client: 'utf8mb4',
  max_allowed_packet: '16777216',
  innodb_flush_log_at_trx_commit: '1',
  log_bin: 'ON',
  sync_binlog: '1',
  binlog_format: 'ROW',
  max_connections: '151',
  read_only: 'OFF',
  time_zone: '+00:00',
  transaction_isolation: 'READ-COMMITTED',
  sql_mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
};

/** A server that says of itself what it is told to. */
async function verdictOn(settings: Partial<typeof GOOD>): Promise<unknown> {
  const rows = Object.entries({ ...GOOD, ...settings }).map(([name, Value]) => ({ Variable_name: name, Value }));
  const server = { dialect: 'mysql', poolMax: 10, rows: async () => rows } as unknown as Database;
  const warnings: unknown[] = [];
  await checkServer(server, { ...quietLogger, warn: (fields) => warnings.push(fields) });
  return warnings;
}

describe('the check of a server', () => {
  it('passes one that keeps what it has confirmed', async () => {
    expect(await verdictOn({})).toEqual([]);
    expect(await verdictOn({ log_bin: 'OFF', sync_binlog: '0', binlog_format: 'STATEMENT' })).toEqual([]);
  });

  it('warns of one that may lose what it has confirmed, and names the settings', async () => {
    const check = 'mysql-durability';
    const flush = 'innodb_flush_log_at_trx_commit';
    expect(await verdictOn({ [flush]: '2' })).toEqual([{ check, seen: `${flush} is 2, sync_binlog is 1` }]);
    expect(await verdictOn({ sync_binlog: '0' })).toEqual([{ check, seen: `${flush} is 1, sync_binlog is 0` }]);
  });

  it('refuses one that could not do its part', async () => {
    await expect(verdictOn({ character_set_client: 'latin1' })).rejects.toThrow('utf8mb4');
    await expect(verdictOn({ binlog_format: 'STATEMENT' })).rejects.toThrow('binlog_format');
    await expect(verdictOn({ max_allowed_packet: '1048576' })).rejects.toThrow('max_allowed_packet');
  });
});

describeServers('a session', (_server, adminUrl) => {
  const database = useDatabase(onServer(adminUrl));

  it('is what every statement relies on, whatever the server prefers', async () => {
    const db = database.keep(new Database(await connect({ url: database.url() })));
    await checkServer(db, quietLogger);
    const names = ['time_zone', 'innodb_lock_wait_timeout', 'tx_isolation', 'transaction_isolation', 'sql_mode'];
    const rows = await db.rows<{ Variable_name: string; Value: string }>(
      'SHOW SESSION VARIABLES WHERE Variable_name IN (?)',
      [names],
    );
    const settings = new Map(rows.map((row) => [row.Variable_name, row.Value]));
    expect(settings.get('time_zone')).toBe('+00:00');
    expect(settings.get('innodb_lock_wait_timeout')).toBe('3');
    expect(settings.get('transaction_isolation') ?? settings.get('tx_isolation')).toBe('READ-COMMITTED');
    expect(settings.get('sql_mode')).toContain('STRICT_ALL_TABLES');
    // With it, a backslash in a text would no longer be escaped, and end the quotes around it.
    expect(settings.get('sql_mode')).not.toContain('NO_BACKSLASH_ESCAPES');
  });

  it('is refused a connection whose URL asks for something it does not know', async () => {
    await expect(connect({ url: `${database.url()}?ssl=perhaps` })).rejects.toThrow('no-verify');
    await expect(connect({ url: 'mysql://root@127.0.0.1' })).rejects.toThrow('names no database');
    await expect(connect({ url: 'postgres://root@127.0.0.1/x' })).rejects.toThrow('Not a database URL');
  });
});
