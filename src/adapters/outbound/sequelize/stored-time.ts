export type Dialect = 'mysql' | 'sqlite';

/** mysql2 gives a Date; SQLite gives the text that was stored. */
export type StoredTime = Date | string;

export const msOf = (time: StoredTime): number =>
  typeof time === 'string' ? Date.parse(`${time.slice(0, 10)}T${time.slice(11, 23)}Z`) : time.getTime();

export const msOrNull = (time: StoredTime | null): number | null => (time === null ? null : msOf(time));

export const dateOrNull = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));

/**
 * A time as raw SQL has to hold it. Sequelize drops the milliseconds of a Date in raw SQL for MySQL; on SQLite this is
 * the text that its models write, so that the two compare.
 */
export function timeText(ms: number, dialect: Dialect): string {
  if (ms !== last.ms) {
    const iso = new Date(ms).toISOString();
    last = { ms, text: `${iso.slice(0, 10)} ${iso.slice(11, 23)}` };
  }
  return dialect === 'sqlite' ? `${last.text} +00:00` : last.text;
}

/** The entries of one batch share their millisecond more often than not. */
let last = { ms: Number.NaN, text: '' };
