import type { RoomChangeType } from '../../domain/room/room-entry.ts';
import type * as ports from '../ports/index.ts';

export type AuthAction =
  | 'register'
  | 'login'
  | 'login_failed'
  | 'refresh'
  | 'refresh_reused'
  | 'logout'
  | 'logout_all'
  | 'session_revoked'
  | 'password_changed'
  | 'password_change_failed'
  | 'external_user_created'
  | 'user_created'
  | 'user_disabled'
  | 'user_enabled'
  | 'user_erased'
  | 'password_reset'
  | 'room_purged';

/** Who did it, to what, from where: ids and addresses, never a password, a token or what somebody typed. */
export interface AuditFields {
  readonly userId?: string | undefined;
  readonly sessionId?: string;
  readonly address?: string;
  readonly [field: string]: string | number | null | undefined;
}

/** One line for each event that a later question may be about. `audit` is what to search the log for. */
export function audit(logger: ports.Logger, action: AuthAction | RoomChangeType, fields: AuditFields): void {
  logger.info({ audit: action, ...fields }, 'audit');
}
