import * as z from 'zod';
import * as live from '../schemas/live.ts';
import {
  EventsPage,
  EventsQuery,
  HistoryPage,
  HistoryQuery,
  Message,
  SendBody,
  SyncReply,
  SyncRequest,
} from '../schemas/messages.ts';
import { Id, NoContent } from '../schemas/common.ts';
import { MembersQuery, RoomParams } from '../schemas/rooms.ts';

const inRoom = ['ROOM_NOT_FOUND', 'NOT_A_MEMBER'] as const;

export const messageOperations = {
  readHistory: {
    method: 'get',
    path: '/api/rooms/{roomId}/messages',
    summary: 'A page of messages: the newest without a place, else before or after one.',
    auth: 'bearer',
    params: RoomParams,
    query: HistoryQuery,
    ok: { status: 200, body: HistoryPage },
    errors: [...inRoom, 'RATE_LIMITED'],
  },
  sendMessage: {
    method: 'post',
    path: '/api/rooms/{roomId}/messages',
    summary: 'Stores a message and tells the room. Answers when it is durable.',
    auth: 'bearer',
    params: RoomParams,
    body: SendBody,
    ok: { status: 201, body: z.object({ message: Message, deduplicated: z.boolean() }) },
    also: { status: 200, when: 'the clientMessageId was seen before: the original' },
    errors: [...inRoom, 'MUTED', 'FORBIDDEN', 'RATE_LIMITED'],
  },
  readEvents: {
    method: 'get',
    path: '/api/rooms/{roomId}/events',
    summary: "The room's log from a position on.",
    auth: 'bearer',
    params: RoomParams,
    query: EventsQuery,
    ok: { status: 200, body: EventsPage },
    errors: [...inRoom, 'RATE_LIMITED'],
  },
  syncRooms: {
    method: 'post',
    path: '/api/sync',
    summary: 'What changed in the rooms of the caller since positions of any age.',
    auth: 'bearer',
    body: SyncRequest,
    ok: { status: 200, body: SyncReply },
    errors: ['RATE_LIMITED'],
  },
  markReceipts: {
    method: 'post',
    path: '/api/rooms/{roomId}/receipts',
    summary: "Raises the caller's watermarks; they never move back.",
    auth: 'bearer',
    params: RoomParams,
    body: live.ReceiptsBody,
    ok: { status: 200, body: live.Watermarks },
    errors: inRoom,
  },
  markUnread: {
    method: 'post',
    path: '/api/rooms/{roomId}/unread',
    summary: 'Counts messages as unread again, for the caller alone, until the next read receipt at or above the mark.',
    auth: 'bearer',
    params: RoomParams,
    body: live.UnreadBody,
    ok: { status: 204, body: NoContent },
    errors: inRoom,
  },
  listReceipts: {
    method: 'get',
    path: '/api/rooms/{roomId}/messages/{messageId}/receipts',
    summary: 'Who has a message and who has read it.',
    auth: 'bearer',
    params: z.strictObject({ roomId: Id, messageId: Id }),
    query: MembersQuery,
    ok: { status: 200, body: live.MessageReceipts },
    errors: [...inRoom, 'MESSAGE_NOT_FOUND'],
  },
  health: {
    method: 'get',
    path: '/health',
    summary: 'The process lives.',
    auth: 'none',
    ok: { status: 200, body: z.object({ ok: z.boolean(), uptimeSeconds: z.int() }) },
    errors: [],
  },
  ready: {
    method: 'get',
    path: '/ready',
    summary: 'The process can serve.',
    auth: 'none',
    ok: {
      status: 200,
      body: z.object({
        ok: z.boolean(),
        draining: z.boolean(),
        checks: z.object({
          database: z.enum(['up', 'down']),
          schema: z
            .enum(['current', 'older', 'newer', 'unknown'])
            .describe('Compared with what this version needs. It serves with a newer one, and not with an older one.'),
          redis: z
            .enum(['up', 'down'])
            .optional()
            .describe('Where one is used. The process serves without it, only slower from node to node.'),
        }),
        reasons: z
          .array(
            z.object({
              check: z.enum(['draining', 'database', 'schema', 'redis']),
              blocks: z.boolean().describe('False: it is worse for it, and serves nevertheless.'),
              reason: z.string(),
            }),
          )
          .describe('What is not as it should be; empty when all is well.'),
      }),
    },
    also: { status: 503, when: 'a dependency is down or the process is about to stop' },
    errors: [],
  },
} as const;
