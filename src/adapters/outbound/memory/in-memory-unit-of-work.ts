import type { Stores, UnitOfWork } from '../../../application/ports/index.ts';
import { UnitAccess } from './access.ts';
import { InMemoryIdentityStore } from './in-memory-identity-store.ts';
import { InMemoryInviteStore } from './in-memory-invite-store.ts';
import { InMemoryMembershipStore } from './in-memory-membership-store.ts';
import { InMemoryRoomJournal } from './in-memory-room-journal.ts';
import { InMemoryRoomStore } from './in-memory-room-store.ts';
import { InMemorySanctionStore } from './in-memory-sanction-store.ts';
import { InMemorySessionStore } from './in-memory-session-store.ts';
import { InMemoryUserStore } from './in-memory-user-store.ts';
import type { MemoryLog } from './memory-log.ts';
import type { MemoryTables } from './memory-tables.ts';
import type { Mutex } from './mutex.ts';

interface UnitOfWorkDeps {
  readonly mutex: Mutex;
  readonly tables: MemoryTables;
  readonly log: MemoryLog;
}

/**
 * Units run one after the other, each on a fork of the tables: what it writes is nowhere else until the commit, so a
 * unit that throws has nothing to undo. Never rejects by itself; there is no connection to wait for and no race to
 * lose.
 */
export class InMemoryUnitOfWork implements UnitOfWork {
  readonly #deps: UnitOfWorkDeps;

  constructor(deps: UnitOfWorkDeps) {
    this.#deps = deps;
  }

  run<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    const { mutex, log } = this.#deps;
    return mutex.run(async () => {
      const tables = this.#deps.tables.fork();
      const access = new UnitAccess('read-write');
      const journal = new InMemoryRoomJournal({ access, log });
      const result = await withStores({ access, tables, journal }, work);
      // No await in between: others see all of it or nothing.
      tables.commit();
      journal.commit();
      return result;
    });
  }

  /** Holds the writers back meanwhile, which makes one moment of any number of reads. */
  snapshot<T>(work: (stores: Stores) => Promise<T>): Promise<T> {
    const { mutex, tables, log } = this.#deps;
    return mutex.run(async () => {
      const access = new UnitAccess('read-only');
      return withStores({ access, tables, journal: new InMemoryRoomJournal({ access, log }) }, work);
    });
  }
}

interface Bound {
  readonly access: UnitAccess;
  readonly tables: MemoryTables;
  readonly journal: InMemoryRoomJournal;
}

async function withStores<T>({ access, tables, journal }: Bound, work: (stores: Stores) => Promise<T>): Promise<T> {
  const bound = { access, tables };
  try {
    return await work({
      users: new InMemoryUserStore(bound),
      identities: new InMemoryIdentityStore(bound),
      sessions: new InMemorySessionStore(bound),
      rooms: new InMemoryRoomStore(bound),
      members: new InMemoryMembershipStore(bound),
      invites: new InMemoryInviteStore(bound),
      sanctions: new InMemorySanctionStore(bound),
      journal,
    });
  } finally {
    access.end();
  }
}
