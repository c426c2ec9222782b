import type { IdentityStore } from './identity-store.ts';
import type { InviteStore } from './invite-store.ts';
import type { MembershipStore } from './membership-store.ts';
import type { RoomJournal } from './room-log.ts';
import type { RoomStore } from './room-store.ts';
import type { SanctionStore } from './sanction-store.ts';
import type { SessionStore } from './session-store.ts';
import type { UserStore } from './user-store.ts';

/** Stores bound to one transaction. They are useless outside the callback that received them. */
export interface Stores {
  readonly users: UserStore;
  readonly identities: IdentityStore;
  readonly sessions: SessionStore;
  readonly rooms: RoomStore;
  readonly members: MembershipStore;
  readonly invites: InviteStore;
  readonly sanctions: SanctionStore;
  readonly journal: RoomJournal;
}

/**
 * All or nothing. `work` may run again (an adapter retries a deadlock or a lost race for a seq, a few times), so it
 * must have no effect outside `stores`: broadcast and log after `run` resolves. What `work` throws is thrown by `run`,
 * after everything was undone. Others see nothing of the unit before its commit. Does not nest. Rejects with
 * OVERLOADED when no connection is free in time or the retries are used up.
 */
export interface UnitOfWork {
  run<T>(work: (stores: Stores) => Promise<T>): Promise<T>;

  /** Read only: everything that `work` reads is the state of one moment. */
  snapshot<T>(work: (stores: Stores) => Promise<T>): Promise<T>;
}
