import type { Session, SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface SessionStore {
  insert(session: Session): Promise<void>;

  /** Like `insert`, but leaves a session with the same id as it is, also when two calls race. */
  insertOnce(session: Session): Promise<void>;

  /** Deletes the user's sessions that have expired by then; no token of theirs can be good. */
  forgetExpired(userId: UserId, nowMs: number): Promise<void>;

  byId(id: SessionId): Promise<Session | null>;

  /**
   * Replaces the refresh digest when it still is `from` and the session has not ended: of any number of parallel
   * rotations from one digest exactly one resolves to true.
   */
  rotate(
    id: SessionId,
    change: { readonly from: string; readonly to: string; readonly usedAtMs: number; readonly expiresAtMs: number },
  ): Promise<boolean>;

  /** True when this call ended it, false when it had ended before or does not exist. */
  end(id: SessionId, atMs: number): Promise<boolean>;

  /** Ends every live session of the user but `except`; resolves to those that this call ended. */
  endAll(userId: UserId, atMs: number, except?: SessionId): Promise<readonly SessionId[]>;

  /** Those of the sessions that have not ended and not expired. */
  liveAmong(ids: readonly SessionId[], nowMs: number): Promise<ReadonlySet<SessionId>>;

  /** Not ended and not expired, the most recently used first. */
  liveOf(userId: UserId, nowMs: number): Promise<readonly Session[]>;
}
