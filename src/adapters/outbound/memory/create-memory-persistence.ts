import type { Persistence } from '../../../application/ports/index.ts';
import { directAccess } from './access.ts';
import { InMemoryIdentityStore } from './in-memory-identity-store.ts';
import { InMemoryInviteStore } from './in-memory-invite-store.ts';
import { InMemoryMembershipStore } from './in-memory-membership-store.ts';
import { InMemoryPersonalRecords } from './in-memory-personal-records.ts';
import { InMemoryReceiptStore } from './in-memory-receipt-store.ts';
import { InMemoryRetentionStore } from './in-memory-retention-store.ts';
import { InMemoryRoomDirectory } from './in-memory-room-directory.ts';
import { InMemoryRoomLog } from './in-memory-room-log.ts';
import { InMemoryRoomPurge } from './in-memory-room-purge.ts';
import { InMemoryRoomStore } from './in-memory-room-store.ts';
import { InMemorySanctionStore } from './in-memory-sanction-store.ts';
import { InMemorySessionStore } from './in-memory-session-store.ts';
import { InMemoryUnitOfWork } from './in-memory-unit-of-work.ts';
import { InMemoryUserStore } from './in-memory-user-store.ts';
import { InMemoryWebhookStore } from './in-memory-webhook-store.ts';
import { MemoryLog } from './memory-log.ts';
import { MemoryTables } from './memory-tables.ts';
import { Mutex } from './mutex.ts';

/** Keeps everything in this process, and nothing when it ends. "Durable" means here: until then. */
export function createMemoryPersistence(): Persistence {
  const mutex = new Mutex();
  const access = directAccess(mutex);
  const tables = new MemoryTables();
  const log = new MemoryLog();
  return {
    users: new InMemoryUserStore({ access, tables }),
    identities: new InMemoryIdentityStore({ access, tables }),
    sessions: new InMemorySessionStore({ access, tables }),
    rooms: new InMemoryRoomStore({ access, tables }),
    members: new InMemoryMembershipStore({ access, tables }),
    receipts: new InMemoryReceiptStore({ access, tables }),
    invites: new InMemoryInviteStore({ access, tables }),
    sanctions: new InMemorySanctionStore({ access, tables }),
    log: new InMemoryRoomLog({ access, tables, log }),
    directory: new InMemoryRoomDirectory({ access, tables, log }),
    purge: new InMemoryRoomPurge({ access, tables, log }),
    records: new InMemoryPersonalRecords({ access, tables }),
    retention: new InMemoryRetentionStore({ access, tables }),
    webhooks: new InMemoryWebhookStore({ access, tables, log }),
    unitOfWork: new InMemoryUnitOfWork({ mutex, tables, log }),
    ping: async () => 'current',
    // Its turn comes when everything that was started before is done.
    close: () => mutex.run(() => undefined),
  };
}
