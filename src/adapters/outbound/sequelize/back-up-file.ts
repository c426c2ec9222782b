import { existsSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { connect } from './connection.ts';
import { Database } from './database.ts';
import { createPrivately } from './sqlite-file.ts';
import { verifyLogs, type LogsSummary } from './verify-logs.ts';

export interface Backup extends LogsSummary {
  readonly bytes: number;
}

/**
 * Copies a SQLite database into one new file: the state of one moment, while others write. The file has its name only
 * when the copy is whole, was looked through and is on the disk. Rejects with EEXIST when there is such a file.
 */
export async function backUpFile(url: string, target: string): Promise<Backup> {
  if (existsSync(target)) throw Object.assign(new Error(`There is a file ${target} already.`), { code: 'EEXIST' });
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { force: true });
  try {
    // SQLite would make it for all eyes.
    createPrivately(unfinished);
    await onlyQuery(url, 'VACUUM INTO ?', [unfinished]);
    const [checked] = await onlyQuery<{ integrity_check: string }>(
      `sqlite:${unfinished}`,
      'PRAGMA integrity_check',
      [],
    );
    if (checked?.integrity_check !== 'ok') throw new Error('The copy is damaged, as the database must be.');
    const summary = await verifyLogs({ url: `sqlite:${unfinished}` });
    await flush(unfinished);
    await rename(unfinished, target);
    await flush(dirname(target));
    return { ...summary, bytes: (await stat(target)).size };
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function onlyQuery<Row extends object>(url: string, sql: string, values: readonly unknown[]): Promise<Row[]> {
  const database = new Database(await connect({ url, asItIs: true }));
  try {
    return await database.rows<Row>(sql, values);
  } finally {
    await database.close();
  }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
