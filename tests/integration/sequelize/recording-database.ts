import { Database } from '../../../src/adapters/outbound/sequelize/database.ts';

/** Keeps the statements that read, so that a test can say which there may be and ask how they are carried out. */
export class RecordingDatabase extends Database {
  readonly statements: { sql: string; values: readonly unknown[] }[] = [];

  override rows<Row extends object>(...args: Parameters<Database['rows']>): Promise<Row[]> {
    const [sql, values] = args;
    this.statements.push({ sql, values });
    return super.rows<Row>(...args);
  }
}
