import { RuleViolation } from '../rule-violation.ts';
import { assertStorableName, codePoints } from '../text/text.ts';
import type { UserId } from '../user/user.ts';

export type RoomId = string & { readonly __brand: 'RoomId' };

export const ROOM_NAME_CHARS_MAX = 120;

/** So many messages of one member in so many seconds. */
export interface MessageLimit {
  readonly messages: number;
  readonly perSeconds: number;
}

/** What holds for members; those who moderate the room are free of it. */
export interface RoomSettings {
  /** The least time between two messages of one member; 0 is none. */
  readonly slowModeSeconds: number;
  readonly readOnly: boolean;
  /** Instead of the server's own limit; null leaves that in force. */
  readonly messageLimit: MessageLimit | null;
}

export const DEFAULT_SETTINGS: RoomSettings = Object.freeze({
  slowModeSeconds: 0,
  readOnly: false,
  messageLimit: null,
});

export interface Room {
  readonly id: RoomId;
  readonly name: string;
  readonly isPrivate: boolean;
  /** The room's own lasting invite code. Whoever holds it may join. */
  readonly inviteCode: string;
  readonly createdBy: UserId;
  readonly createdAtMs: number;
  readonly settings: RoomSettings;
}

export function createRoom(draft: Room): Room {
  return Object.freeze({ ...draft, name: roomName(draft.name) });
}

/** The name as it is kept and shown. */
export function roomName(raw: string): string {
  const name = raw.trim().normalize('NFC');
  assertStorableName(name);
  const length = codePoints(name);
  if (length === 0 || length > ROOM_NAME_CHARS_MAX) throw new RuleViolation('room_name_length');
  return name;
}
