import type { Logger } from '../../../application/ports/index.ts';
import type { Database } from './database.ts';
import { ASKED, serverFindings, type Settings } from './server-findings.ts';

/** Refuses a server that could not do its part at all, and warns of one that may lose what it has confirmed. */
export async function checkServer(database: Database, logger: Logger): Promise<void> {
  if (database.dialect === 'sqlite') return;
  const findings = serverFindings(await readSettings(database), database.poolMax);
  for (const { check, verdict, seen, advice } of findings) {
    if (verdict === 'fail') throw new Error(`The database: ${seen}. ${advice ?? ''}`);
    if (verdict === 'warn') logger.warn({ check, seen }, advice ?? seen);
  }
}

export async function readSettings(database: Database): Promise<Settings> {
  const sql = 'SHOW VARIABLES WHERE Variable_name IN (?)';
  const rows = await database.rows<{ Variable_name: string; Value: string }>(sql, [ASKED]);
  return new Map(rows.map((row) => [row.Variable_name, row.Value]));
}
