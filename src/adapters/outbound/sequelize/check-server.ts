import type { Logger } from '../../../application/ports/index.ts';
import type { Database } from './database.ts';

interface Settings {
  readonly charset: string;
  readonly flushLog: number;
  readonly binaryLog: number;
  readonly syncBinlog: number;
}

const SETTINGS = `
  SELECT @@character_set_client AS charset, @@innodb_flush_log_at_trx_commit AS flushLog,
    @@log_bin AS binaryLog, @@sync_binlog AS syncBinlog`;

/** Refuses a server that could not give text back unchanged, and warns of one that may lose what it has confirmed. */
export async function checkServer(database: Database, logger: Logger): Promise<void> {
  if (database.dialect === 'sqlite') return;
  const [settings] = await database.rows<Settings>(SETTINGS, []);
  if (settings?.charset !== 'utf8mb4') {
    throw new Error(`The database connection speaks ${settings?.charset ?? 'an unknown charset'}, not utf8mb4.`);
  }
  const weak: Record<string, number> = {};
  if (Number(settings.flushLog) !== 1) weak['innodb_flush_log_at_trx_commit'] = Number(settings.flushLog);
  // Without a binary log there is nothing to synchronise.
  if (Number(settings.binaryLog) === 1 && Number(settings.syncBinlog) !== 1) {
    weak['sync_binlog'] = Number(settings.syncBinlog);
  }
  if (Object.keys(weak).length > 0) {
    logger.warn(weak, 'The database may lose acknowledged messages in a crash: set these to 1.');
  }
}
