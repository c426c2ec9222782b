import { RuleViolation } from '../rule-violation.ts';
import { assertStorableText, codePoints } from '../text/text.ts';
import type { UserId } from '../user/user.ts';
import type { RoomId } from './room.ts';

export type SanctionKind = 'ban' | 'mute';

export const REASON_CHARS_MAX = 300;

/** What moderators have imposed on somebody in a room. It outlives the membership. */
export interface Sanction {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly kind: SanctionKind;
  readonly imposedBy: UserId;
  /** For the people in the room; null when none was given. */
  readonly reason: string | null;
  readonly createdAtMs: number;
  /** Null: until it is lifted. */
  readonly expiresAtMs: number | null;
}

export function imposeSanction(draft: Sanction): Sanction {
  const reason = draft.reason?.trim() ?? '';
  assertStorableText(reason);
  if (codePoints(reason) > REASON_CHARS_MAX) throw new RuleViolation('reason_length');
  return Object.freeze({ ...draft, reason: reason === '' ? null : reason });
}

export const isInForce = ({ expiresAtMs }: Pick<Sanction, 'expiresAtMs'>, nowMs: number): boolean =>
  expiresAtMs === null || expiresAtMs > nowMs;
