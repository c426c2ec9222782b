import { connect, type ConnectionOptions } from './connection.ts';
import { Database } from './database.ts';
import { msOrNull } from './stored-time.ts';

export interface LogsSummary {
  readonly rooms: number;
  readonly entries: number;
  /** Milliseconds since 1970; null without entries. */
  readonly newestAtMs: number | null;
  /** Ids of rooms whose log is not 1, 2, 3, ... up to its end, or is missing; the first ones. */
  readonly broken: readonly string[];
}

const BROKEN_MAX = 20;

/** Reads the log of every room, which takes as long as the table is large. Rejects with the driver's reason. */
export async function verifyLogs(options: Pick<ConnectionOptions, 'url' | 'ssl'>): Promise<LogsSummary> {
  const database = new Database(await connect({ ...options, poolMax: 1, deadlineMs: null, asItIs: true }));
  try {
    const logs = `SELECT room_id, COUNT(*) AS entries, MAX(seq) AS head, MAX(created_at) AS newest
      FROM room_log GROUP BY room_id`;
    const [total] = await database.rows<{ rooms: number; entries: number | null; newest: string | Date | null }>(
      `SELECT COUNT(*) AS rooms, SUM(l.entries) AS entries, MAX(l.newest) AS newest
       FROM rooms r LEFT JOIN (${logs}) l ON l.room_id = r.id`,
      [],
    );
    const broken = await database.rows<{ id: string }>(
      `SELECT r.id FROM rooms r LEFT JOIN (${logs}) l ON l.room_id = r.id
       WHERE l.head IS NULL OR l.head <> l.entries ORDER BY r.id LIMIT ${BROKEN_MAX}`,
      [],
    );
    return {
      rooms: Number(total?.rooms ?? 0),
      entries: Number(total?.entries ?? 0),
      newestAtMs: msOrNull(total?.newest ?? null),
      broken: broken.map(({ id }) => id),
    };
  } finally {
    await database.close();
  }
}
