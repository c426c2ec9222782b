import * as z from 'zod';
import { Id, Nothing } from './schemas/common.ts';
import {
  Authenticated,
  AuthenticatePayload,
  DeliveredPayload,
  DeliveryReceipt,
  Draining,
  EventError,
  ReadPayload,
  ReadReceipt,
  SessionExpiring,
  Typing,
  TypingPayload,
  UserStatus,
  WatchPresencePayload,
  Watermarks,
} from './schemas/live.ts';
import { Message, RoomEvent, SendPayload, Sent, SyncReply, SyncRequest } from './schemas/messages.ts';
import { JoinPayload, RoomPayload, RoomSnapshot } from './schemas/rooms.ts';

const inRoom = ['ROOM_NOT_FOUND', 'NOT_A_MEMBER', 'RATE_LIMITED'] as const;

/** From a client. An ack function is optional on every one. */
export const clientEvents = {
  join_room: {
    summary: 'Joins a room if need be, and answers with a snapshot of it.',
    payload: JoinPayload,
    reply: RoomSnapshot,
    errors: ['ROOM_NOT_FOUND', 'INVITE_REQUIRED', 'INVITE_EXPIRED', 'INVITE_EXHAUSTED', 'BANNED', 'RATE_LIMITED'],
  },
  leave_room: {
    summary: 'Ends the membership, on every device.',
    payload: RoomPayload,
    reply: z.object({ roomId: Id }),
    errors: [...inRoom, 'CONFLICT'],
  },
  send_message: {
    summary: 'Stores a message and tells the room. Acked when it is durable.',
    payload: SendPayload,
    reply: Sent,
    errors: [...inRoom, 'MUTED', 'FORBIDDEN'],
  },
  typing: {
    summary: 'Began or stopped typing.',
    payload: TypingPayload,
    reply: Nothing,
    errors: [...inRoom, 'MUTED', 'FORBIDDEN'],
  },
  read_receipt: {
    summary: 'Everything up to here was read.',
    payload: ReadPayload,
    reply: Watermarks,
    errors: [...inRoom, 'MESSAGE_NOT_FOUND'],
  },
  delivery_receipt: {
    summary: 'Everything up to here has arrived.',
    payload: DeliveredPayload,
    reply: Watermarks,
    errors: inRoom,
  },
  sync: {
    summary: 'What changed since positions of any age.',
    payload: SyncRequest,
    reply: SyncReply,
    errors: ['RATE_LIMITED'],
  },
  watch_presence: {
    summary:
      'From now on the connection hears of these users, and no others, also in rooms that are too large for all to ' +
      'be told. Ask for the members afterwards: what they were before is not told.',
    payload: WatchPresencePayload,
    reply: Nothing,
    errors: ['RATE_LIMITED'],
  },
  authenticate: {
    summary: 'Renews the session of this connection with a newer token of the same user.',
    payload: AuthenticatePayload,
    reply: Authenticated,
    errors: ['FORBIDDEN', 'RATE_LIMITED'],
  },
} as const;

/** From the server. */
export const serverEvents = {
  receive_message: {
    summary: "A message, to every member's sockets, ascending by seq within a room.",
    payload: Message,
  },
  room_event: { summary: "Any other entry of a room's log.", payload: RoomEvent },
  user_status: {
    summary:
      'Somebody who shares a room with the user came or went. Of rooms with more than 500 connected devices only who ' +
      'is watched is told.',
    payload: UserStatus,
  },
  read_receipt: { summary: 'A member has read everything up to here.', payload: ReadReceipt },
  delivery_receipt: { summary: 'Everything up to here has reached a member.', payload: DeliveryReceipt },
  typing: { summary: 'Another member began or stopped typing.', payload: Typing },
  session_expiring: { summary: 'The token of this connection is about to end.', payload: SessionExpiring },
  draining: { summary: 'This node is about to go.', payload: Draining },
  error: { summary: 'An event that was sent without an ack function failed.', payload: EventError },
} as const;
