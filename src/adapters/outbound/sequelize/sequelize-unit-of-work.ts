import type { Transaction } from 'sequelize';
import type { Stores, UnitOfWork } from '../../../application/ports/index.ts';
import type { Database } from './database.ts';
import { SequelizeIdentityStore } from './sequelize-identity-store.ts';
import { SequelizeInviteStore } from './sequelize-invite-store.ts';
import { SequelizeMembershipStore } from './sequelize-membership-store.ts';
import { SequelizeRoomJournal } from './sequelize-room-journal.ts';
import { SequelizeRoomStore } from './sequelize-room-store.ts';
import { SequelizeSanctionStore } from './sequelize-sanction-store.ts';
import { SequelizeSessionStore } from './sequelize-session-store.ts';
import { SequelizeUserStore } from './sequelize-user-store.ts';
import { Semaphore } from './semaphore.ts';
import { UnitScope, UnitTrace, type AppendPath } from './unit-scope.ts';
import { withRetries } from './with-retries.ts';

/** Left for messages, reads and receipts while units of work wait for each other's locks. */
const CONNECTIONS_LEFT = 4;
const WAIT_MAX_MS = 3_000;

type Work<T> = (stores: Stores) => Promise<T>;

/**
 * What is done after a commit stands after the awaited transaction: Sequelize runs afterCommit when COMMIT failed, too.
 */
export class SequelizeUnitOfWork implements UnitOfWork {
  readonly #database: Database;
  readonly #path: AppendPath;
  readonly #turns: Semaphore;

  constructor(database: Database, path: AppendPath) {
    this.#database = database;
    this.#path = path;
    const slots = Math.max(1, database.poolMax - CONNECTIONS_LEFT);
    this.#turns = new Semaphore({ slots, waitMaxMs: WAIT_MAX_MS });
  }

  async run<T>(work: Work<T>): Promise<T> {
    return withRetries(() => this.#turns.run(() => this.#attempt(work)));
  }

  async snapshot<T>(work: Work<T>): Promise<T> {
    return withRetries(() => this.#database.snapshot((transaction) => this.#within(transaction, null, work)));
  }

  async #attempt<T>(work: Work<T>): Promise<T> {
    const trace = new UnitTrace(this.#path);
    try {
      const result = await this.#database.transaction((transaction) => this.#within(transaction, trace, work));
      trace.committed();
      return result;
    } finally {
      trace.end();
    }
  }

  async #within<T>(transaction: Transaction, trace: UnitTrace | null, work: Work<T>): Promise<T> {
    const scope = new UnitScope(this.#database, transaction, trace);
    try {
      return await work(storesIn(scope));
    } finally {
      scope.end();
    }
  }
}

const storesIn = (scope: UnitScope): Stores => ({
  users: new SequelizeUserStore(scope),
  identities: new SequelizeIdentityStore(scope),
  sessions: new SequelizeSessionStore(scope),
  rooms: new SequelizeRoomStore(scope),
  members: new SequelizeMembershipStore(scope),
  invites: new SequelizeInviteStore(scope),
  sanctions: new SequelizeSanctionStore(scope),
  journal: new SequelizeRoomJournal(scope),
});
