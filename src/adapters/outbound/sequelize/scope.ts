import type { Transaction } from 'sequelize';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
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
  /** The user is about to be no member of the room any more. */
  removing(roomId: RoomId, userId: UserId): void;
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

  removing(_roomId: RoomId, _userId: UserId): void {
    // Without an entry in the log there is no place from which on messages of the user are refused.
  }
}
