import { RuleViolation } from '../rule-violation.ts';
import { assertStorableName, codePoints } from '../text/text.ts';
import type { UserId } from '../user/user.ts';

export type RoomId = string & { readonly __brand: 'RoomId' };

export const ROOM_NAME_CHARS_MAX = 120;

export interface Room {
  readonly id: RoomId;
  readonly name: string;
  readonly isPrivate: boolean;
  /** The room's own lasting invite code. Whoever holds it may join. */
  readonly inviteCode: string;
  readonly createdBy: UserId;
  readonly createdAtMs: number;
}

export function createRoom(draft: Room): Room {
  const name = draft.name.trim().normalize('NFC');
  assertStorableName(name);
  const length = codePoints(name);
  if (length === 0 || length > ROOM_NAME_CHARS_MAX) throw new RuleViolation('room_name_length');
  return Object.freeze({ ...draft, name });
}
