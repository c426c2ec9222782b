import type { ChatError } from './chat-error.ts';
import type { ConnectionState } from './link.ts';
import type { Outgoing } from './outbox.ts';
import type { Message, Pushed, RoomEvent } from './wire-types.ts';

/** `member_joined`, `member_banned`, `room_updated`, ...: each kind of room event under its own name. */
type RoomEvents = { [T in RoomEvent['type']]: Extract<RoomEvent, { type: T }> };

/** What a client hears. Names are those of the wire; what is in a room's log comes in order, once, without a gap. */
export interface ChatEvents extends RoomEvents {
  /** With the reason, where there is one. */
  state: { readonly state: ConnectionState; readonly error?: ChatError };
  message: Message;
  /** Every room event, whatever its type. */
  room_event: RoomEvent;
  /**
   * From here on everything above `position` comes; what is older is history. Again for a room that is known, when the
   * server has lost what came after `position` because a backup was restored.
   */
  entered: { readonly roomId: string; readonly position: number };
  /** The user is no member any more; `event` says why, where that was heard. */
  gone: { readonly roomId: string; readonly event: RoomEvent | null };
  /** What becomes of the messages that are sent. */
  outgoing: Outgoing;
  user_status: Pushed<'user_status'>;
  typing: Pushed<'typing'>;
  read_receipt: Pushed<'read_receipt'>;
  delivery_receipt: Pushed<'delivery_receipt'>;
  session_expiring: Pushed<'session_expiring'>;
  draining: Pushed<'draining'>;
  /** What failed while nobody was waiting for it. */
  error: ChatError;
}

const PASSED_ON = [
  'user_status',
  'typing',
  'read_receipt',
  'delivery_receipt',
  'session_expiring',
  'draining',
] as const satisfies readonly (keyof ChatEvents)[];

export type PassedOn = (typeof PASSED_ON)[number];

/** Whether a push is told as it came. */
export const isPassedOn = (event: string): event is PassedOn => (PASSED_ON as readonly string[]).includes(event);
