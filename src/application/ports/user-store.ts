import type { User, UserId } from '../../domain/user/user.ts';

export interface UserStore {
  /**
   * Atomic on the e-mail key and on the username key. Rejects with EMAIL_TAKEN or USERNAME_TAKEN (the e-mail first when
   * both are), also when two inserts race.
   */
  insert(user: User): Promise<void>;

  byId(id: UserId): Promise<User | null>;

  /** In no particular order; unknown ids are left out. */
  byIds(ids: readonly UserId[]): Promise<readonly User[]>;

  /** `email` in any spelling: it is compared by its key. */
  byEmail(email: string): Promise<User | null>;

  /** `username` in any spelling: it is compared by its key. */
  byUsername(username: string): Promise<User | null>;

  /**
   * Inside a unit of work: the user, and from here to the end of the unit no other unit holds the same user, nor does
   * anybody change the user's password. Null when there is no such user.
   */
  lock(id: UserId): Promise<User | null>;

  /** Replaces the hash when it still is `from`: of any number of parallel changes from one hash exactly one is true. */
  setPasswordHash(id: UserId, change: { readonly from: string; readonly to: string }): Promise<boolean>;

  /** False when there is no such user. */
  setDisabled(id: UserId, atMs: number | null): Promise<boolean>;

  /** Moves `lastSeenAtMs` forward only; unknown users are ignored. */
  markSeen(ids: readonly UserId[], atMs: number): Promise<void>;
}
