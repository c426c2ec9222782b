import * as z from 'zod';
import { AfterSeq, Cursor, Id, Limit, QuerySeq, Seq, Timestamp, wholeNumber } from './common.ts';

/** The client's own name for a message: the same one is the same message, for ever, in this room from this sender. */
export const ClientMessageId = z.string().regex(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters');

/** Only a bound on the work; the exact rule (4,000 characters after trimming, 16 KiB) is the domain's. */
const Content = z.string().min(1).max(16_384);

export const Message = z.object({
  id: Id,
  roomId: Id,
  seq: Seq,
  userId: Id,
  content: z.string(),
  clientMessageId: z.string().optional(),
  createdAt: Timestamp,
  erasedAt: Timestamp.optional().describe('Since when the text is gone: `content` is empty then, and shown is that.'),
});

const entry = { id: Id, roomId: Id, seq: Seq, actorId: Id, createdAt: Timestamp };
export const RoleName = z.enum(['owner', 'admin', 'member']);

export const RoomCreated = z.object({
  type: z.literal('room_created'),
  ...entry,
  name: z.string(),
  isPrivate: z.boolean(),
});
export const MemberJoined = z.object({
  type: z.literal('member_joined'),
  ...entry,
  userId: Id,
  username: z.string(),
  role: RoleName,
});
export const MemberLeft = z.object({ type: z.literal('member_left'), ...entry, userId: Id });

export const MemberRemoved = z.object({ type: z.literal('member_removed'), ...entry, userId: Id });
export const RoleChanged = z.object({ type: z.literal('role_changed'), ...entry, userId: Id, role: RoleName });

const terms = {
  reason: z.string().nullable(),
  expiresAt: Timestamp.nullable().describe('Null: until it is lifted.'),
};
export const MemberBanned = z.object({ type: z.literal('member_banned'), ...entry, userId: Id, ...terms });
export const BanLifted = z.object({ type: z.literal('ban_lifted'), ...entry, userId: Id });
export const MemberMuted = z.object({ type: z.literal('member_muted'), ...entry, userId: Id, ...terms });
export const MuteLifted = z.object({ type: z.literal('mute_lifted'), ...entry, userId: Id });

/** Members send at most so many messages in so many seconds. */
export const MessageLimit = z.strictObject({
  messages: z.int().min(1).max(1_000),
  perSeconds: z.int().min(1).max(86_400),
});

export const settings = {
  slowModeSeconds: z.int().min(0).max(86_400).describe('The least time between two messages of one member; 0: none.'),
  readOnly: z.boolean().describe('Only admins and the owner speak.'),
  messageLimit: MessageLimit.nullable().describe("Instead of the server's own; null: the server's own."),
};

export const MessagesErased = z
  .object({
    type: z.literal('messages_erased'),
    ...entry,
    userId: Id.nullable().describe('Whose messages, and whose name is gone as well. Null: those of everybody.'),
    fromSeq: Seq,
    toSeq: Seq,
  })
  .describe('The texts of these messages are gone: whoever keeps them drops them. They stay in their places.');

export const RoomUpdated = z
  .object({
    type: z.literal('room_updated'),
    ...entry,
    name: z.string().optional(),
    ...z.object(settings).partial().shape,
  })
  .describe('Only what changed is named.');

/** Everything that happens to a room besides messages. Applying one twice is the same as applying it once. */
export const RoomEvent = z.discriminatedUnion('type', [
  RoomCreated,
  MemberJoined,
  MemberLeft,
  MemberRemoved,
  RoleChanged,
  MemberBanned,
  BanLifted,
  MemberMuted,
  MuteLifted,
  MessagesErased,
  RoomUpdated,
]);

/** An entry of the room's log. */
export const LogEvent = z.union([Message.extend({ type: z.literal('message') }), RoomEvent]);

export const SendPayload = z.strictObject({
  roomId: Id,
  content: Content,
  clientMessageId: ClientMessageId.optional(),
});
export const SendBody = z.strictObject({ content: Content, clientMessageId: ClientMessageId.optional() });

export const Sent = z.object({
  id: Id,
  seq: Seq,
  createdAt: Timestamp,
  deduplicated: z
    .boolean()
    .describe("True when this message was stored before: the answer is the original's, nothing was stored now."),
});

export const HistoryQuery = z
  .strictObject({
    limit: Limit,
    before: QuerySeq.optional(),
    after: QuerySeq.optional(),
    cursor: Cursor.optional(),
  })
  .refine(({ before, after, cursor }) => [before, after, cursor].filter((place) => place !== undefined).length <= 1, {
    message: 'give at most one of before, after and cursor',
  });

export const HistoryPage = z.object({
  messages: z.array(Message).describe('Ascending by seq.'),
  hasMore: z.boolean(),
  nextCursor: z
    .string()
    .nullable()
    .describe('Goes on to older messages, or to newer ones from a page that was read with `after`.'),
});

export const EventsQuery = z.strictObject({
  afterSeq: QuerySeq.default(0),
  limit: wholeNumber(1, 500).default(100),
});

export const EventsPage = z.object({
  roomId: Id,
  events: z.array(LogEvent).describe('Ascending by seq, without a gap.'),
  headSeq: AfterSeq.describe('The last position of the log; 0 when it is empty.'),
  complete: z.boolean().describe('Whether the events reach the head; else go on from the last one.'),
});

export const SyncRequest = z.strictObject({
  rooms: z
    .array(z.strictObject({ roomId: Id, afterSeq: AfterSeq }))
    .max(1_000)
    .optional()
    .describe('Where the client stands. A room that is not named is answered with its head and without events.'),
  limit: z
    .int()
    .min(1)
    .max(1_000)
    .optional()
    .describe('The most events in the answer, over all rooms; 500 by default.'),
});

export const SyncReply = z.object({
  rooms: z
    .array(EventsPage)
    .describe(
      'All rooms of the caller. One that was not named has its head but no events, so it is complete only if empty.',
    ),
  gone: z.array(Id).describe('Named rooms that the caller is not, or no longer, a member of.'),
  complete: z
    .boolean()
    .describe('Whether all rooms that were named are complete; else ask again from where each one ends.'),
});
