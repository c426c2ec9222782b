import * as z from 'zod';
import { AfterSeq, ErrorCode, Id, Seq, Timestamp, WireError } from './common.ts';

export const TypingPayload = z.strictObject({ roomId: Id, isTyping: z.boolean() });

/** Everything up to a message was read: the message by its id, or its place. */
export const ReadPayload = z.union(
  [z.strictObject({ messageId: Id }), z.strictObject({ roomId: Id, seq: AfterSeq })],
  'give messageId, or roomId and seq',
);

export const DeliveredPayload = z.strictObject({ roomId: Id, seq: AfterSeq });

export const ReceiptsBody = z.strictObject({ deliveredSeq: AfterSeq.optional(), readSeq: AfterSeq.optional() });

/** The first message that counts as unread again, for the caller alone; without one the mark is taken away. */
export const UnreadBody = z.strictObject({ fromSeq: Seq.optional() });

/** The caller's watermarks that are now in force. */
export const Watermarks = z.object({ roomId: Id, deliveredSeq: AfterSeq, readSeq: AfterSeq });

export const MessageReceipts = z.object({
  messageId: Id,
  seq: Seq,
  receipts: z
    .array(z.object({ userId: Id, delivered: z.boolean(), read: z.boolean() }))
    .describe('Members who were there when it was sent, without the sender; ascending by user id.'),
  hasMore: z.boolean(),
  nextCursor: z.string().nullable(),
});

export const AuthenticatePayload = z.strictObject({ token: z.string().min(1).max(8_192) });
export const Authenticated = z.object({ expiresAt: Timestamp });

/** Takes the place of what the connection watched before; an empty list ends it. */
export const WatchPresencePayload = z.strictObject({ userIds: z.array(Id).max(200) });

export const UserStatus = z.object({ userId: Id, online: z.boolean(), lastSeen: Timestamp.nullable() });
export const ReadReceipt = z.object({ messageId: Id, roomId: Id, seq: Seq, userId: Id, readAt: Timestamp });
export const DeliveryReceipt = z.object({ messageId: Id, roomId: Id, seq: Seq, userId: Id, deliveredAt: Timestamp });
export const Typing = z.object({ roomId: Id, userId: Id, isTyping: z.boolean() });
export const SessionExpiring = z.object({ expiresAt: Timestamp });
export const Draining = z.object({ reconnectAfterMs: z.int() });

/** The answer to an event that was sent without an ack function. */
export const EventError = WireError.extend({ event: z.string(), code: ErrorCode });
