import * as driver from '@appthreat/sqlite3';

// Its types know the named exports only; the constants are on the default one.
const sqlite3 = (driver as unknown as { default: typeof driver }).default;

type Opened = (this: unknown, error: Error | null) => void;
type Done = (this: unknown, error: Error | null, rows: unknown) => void;

// FULL: in WAL mode anything less may lose a commit in a power cut. The defaults for the cache and for how often the
// log is merged into the file halve what appends achieve; after a burst the log is cut back to 64 MB.
// What is deleted or replaced is overwritten: whoever is erased is not to be found in the file's free space.
const PRAGMAS = `
  PRAGMA busy_timeout = 5000;
  PRAGMA foreign_keys = ON;
  PRAGMA synchronous = FULL;
  PRAGMA journal_size_limit = 67108864;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA cache_size = -16000;
  PRAGMA secure_delete = ON;
`;

/** A connection that is fit for use. Sequelize opens one for each transaction and has no hook for what it needs. */
class PreparedDatabase extends sqlite3.Database {
  #closed = false;

  constructor(path: string, mode: number, opened: Opened) {
    super(path, mode, (error) => {
      if (error !== null) opened(error);
    });
    // In serial mode these come before whatever Sequelize sends.
    this.serialize();
    this.exec(PRAGMAS, (error: Error | null) => opened(error));
  }

  /** Sequelize sends what is neither an insert nor an update through here, BEGIN, COMMIT and ROLLBACK included. */
  override all(sql: string, ...rest: unknown[]): this {
    const done = rest.pop() as Done;
    const giveUp = (after: () => void) => this.exec('ROLLBACK', () => this.close(() => after()));
    return super.all(withoutNul(sql), ...rest, function (this: unknown, error: Error | null, rows: unknown) {
      // Nothing is left to undo, or the connection, which Sequelize closes now, undoes it.
      const failed = error !== null && sql !== 'ROLLBACK;';
      const settle = () => done.call(this, failed ? error : null, rows ?? []);
      // Sequelize would keep a connection whose COMMIT failed, and with it the only write lock there is.
      if (failed && sql === 'COMMIT;') giveUp(settle);
      else settle();
    });
  }

  /** A connection that was given up is still on Sequelize's list of those to close. */
  override close(done?: (error: Error | null) => void): void {
    if (this.#closed) {
      done?.(null);
      return;
    }
    this.#closed = true;
    super.close(done);
  }

  override run(sql: string, ...rest: unknown[]): this {
    return super.run(withoutNul(sql), ...rest);
  }
}

/** A NUL would end the statement. It can only stand in a literal: the rest of a statement is ours. */
const withoutNul = (sql: string): string => (sql.includes('\0') ? sql.replaceAll('\0', "'||char(0)||'") : sql);

/** The module that Sequelize sees as sqlite3. */
export const sqliteDriver: object = { ...sqlite3, Database: PreparedDatabase };
