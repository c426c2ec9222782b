import type { Dialect } from '../stored-time.ts';

export interface MigrationContext {
  readonly dialect: Dialect;
  readonly run: (sql: string) => Promise<void>;
  /** MySQL has no ADD COLUMN IF NOT EXISTS. */
  readonly columnExists: (table: string, column: string) => Promise<boolean>;
  /** Nor a CREATE INDEX IF NOT EXISTS. */
  readonly indexExists: (table: string, index: string) => Promise<boolean>;
}

/**
 * One step of the schema. It has to be safe to repeat: MySQL cannot undo a half-done one, so after a crash it runs
 * again from its start. Once released it never changes.
 */
export interface Migration {
  readonly name: string;
  up(context: MigrationContext): Promise<void>;
}
