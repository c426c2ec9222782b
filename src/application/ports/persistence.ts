import type { IdentityStore } from './identity-store.ts';
import type { InviteStore } from './invite-store.ts';
import type { MembershipStore } from './membership-store.ts';
import type { PersonalRecords } from './personal-records.ts';
import type { ReceiptStore } from './receipt-store.ts';
import type { RetentionStore } from './retention-store.ts';
import type { RoomDirectory } from './room-directory.ts';
import type { RoomLog } from './room-log.ts';
import type { RoomPurge } from './room-purge.ts';
import type { RoomStore } from './room-store.ts';
import type { SanctionStore } from './sanction-store.ts';
import type { SessionStore } from './session-store.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { UserStore } from './user-store.ts';
import type { WebhookStore } from './webhook-store.ts';

/** Compared with what this version needs: `newer` serves as well, `older` does not. */
export type SchemaState = 'current' | 'older' | 'newer';

/** Everything one storage technology provides. A store outside a unit of work commits each call by itself. */
export interface Persistence {
  readonly users: UserStore;
  readonly identities: IdentityStore;
  readonly sessions: SessionStore;
  readonly rooms: RoomStore;
  readonly members: MembershipStore;
  readonly receipts: ReceiptStore;
  readonly invites: InviteStore;
  readonly sanctions: SanctionStore;
  readonly log: RoomLog;
  readonly directory: RoomDirectory;
  readonly purge: RoomPurge;
  readonly records: PersonalRecords;
  readonly retention: RetentionStore;
  readonly webhooks: WebhookStore;
  readonly unitOfWork: UnitOfWork;

  /** Resolves, when the store answers now, to what it is like; rejects, within 3 s, when it does not answer. */
  ping(): Promise<SchemaState>;

  /** Finishes what is in flight, then lets go of the store. */
  close(): Promise<void>;
}
