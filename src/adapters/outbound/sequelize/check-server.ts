import type { Logger } from '../../../application/ports/index.ts';
import type { Database } from './database.ts';

// A full batch of the longest characters, escaped.
const PACKET_BYTES_MIN = 8 * 1_024 * 1_024;

const ASKED = [
  'character_set_client',
  'max_allowed_packet',
  'innodb_flush_log_at_trx_commit',
  'log_bin',
  'sync_binlog',
  'binlog_format',
];

/** Refuses a server that could not do its part at all, and warns of one that may lose what it has confirmed. */
export async function checkServer(database: Database, logger: Logger): Promise<void> {
  if (database.dialect === 'sqlite') return;
  const sql = 'SHOW VARIABLES WHERE Variable_name IN (?)';
  const rows = await database.rows<{ Variable_name: string; Value: string }>(sql, [ASKED]);
  const settings = new Map(rows.map((row) => [row.Variable_name, row.Value]));
  const charset = settings.get('character_set_client');
  if (charset !== 'utf8mb4') throw new Error(`The database connection speaks ${charset ?? 'nothing'}, not utf8mb4.`);
  if (Number(settings.get('max_allowed_packet')) < PACKET_BYTES_MIN) {
    throw new Error(`The database takes too small packets: set max_allowed_packet to ${PACKET_BYTES_MIN} or more.`);
  }
  // Without a binary log there is nothing to synchronise, and its format is nobody's business.
  const logs = settings.get('log_bin') === 'ON';
  if (logs && settings.get('binlog_format') === 'STATEMENT') {
    throw new Error('The database has binlog_format=STATEMENT, which cannot take READ COMMITTED: set it to ROW.');
  }
  const durable = ['innodb_flush_log_at_trx_commit', ...(logs ? ['sync_binlog'] : [])];
  const weak = new Map(durable.filter((name) => settings.get(name) !== '1').map((name) => [name, settings.get(name)]));
  if (weak.size > 0) {
    logger.warn(Object.fromEntries(weak), 'The database may lose acknowledged messages in a crash: set these to 1.');
  }
}
