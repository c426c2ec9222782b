import type { Transaction } from 'sequelize';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Database } from './database.ts';
import { withRetries } from './with-retries.ts';

/**
 * Where a store's statements go: each by itself, or all of them into one unit of work. Stores do not see a difference.
 */
export interface Scope {
  readonly database: Database;
  read<T>(work: (transaction: Transaction | null) => Promise<T>): Promise<T>;
  /** For one statement; more would not be undone together outside a unit of work. */
  write<T>(work: (transaction: Transaction | null) => Promise<T>): Promise<T>;
  /** For several statements that belong together. */
  atomically<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** The room's row is about to be locked until the end of the unit. */
  locking(roomId: RoomId): void;
}

/** Commits each call by itself; a call that the database undid is made again. */
export class StandaloneScope implements Scope {
  readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  read<T>(work: (transaction: null) => Promise<T>): Promise<T> {
    return withRetries(() => this.database.shared(() => work(null)));
  }

  write<T>(work: (transaction: null) => Promise<T>): Promise<T> {
    return withRetries(() => this.database.exclusively(() => work(null)));
  }

  atomically<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return withRetries(() => this.database.transaction(work));
  }

  locking(_roomId: RoomId): void {
    // A lock ends with its transaction, so a call by itself has nothing to hold.
  }
}
