import type { RoomId } from '../../../domain/room/room.ts';
import type { MessageId } from '../../../domain/message/message.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { ListReceipts } from '../../../application/use-cases/list-receipts.ts';
import type { MarkReceipts } from '../../../application/use-cases/mark-receipts.ts';
import type { MarkUnread } from '../../../application/use-cases/mark-unread.ts';
import type { ReadEvents } from '../../../application/use-cases/read-events.ts';
import type { ReadHistory } from '../../../application/use-cases/read-history.ts';
import type { SendMessage } from '../../../application/use-cases/send-message.ts';
import type { SyncRooms } from '../../../application/use-cases/sync-rooms.ts';
import { cursorAfter, readCursor } from '../../wire/history-cursor.ts';
import { presentEvents, presentMessage, presentSync } from '../../wire/present.ts';
import type { HttpHandlers } from './mount-contract.ts';

export interface MessageUseCases {
  readonly sendMessage: SendMessage;
  readonly readHistory: ReadHistory;
  readonly readEvents: ReadEvents;
  readonly syncRooms: SyncRooms;
  readonly markReceipts: MarkReceipts;
  readonly markUnread: MarkUnread;
  readonly listReceipts: ListReceipts;
}

type MessageOperation =
  'sendMessage' | 'readHistory' | 'readEvents' | 'syncRooms' | 'markReceipts' | 'markUnread' | 'listReceipts';

const SYNC_LIMIT = 500;

export function messageHandlers(useCases: MessageUseCases): Pick<HttpHandlers, MessageOperation> {
  const { sendMessage, readHistory, readEvents, syncRooms, markReceipts, markUnread, listReceipts } = useCases;
  return {
    sendMessage: async ({ caller, params, body }) => {
      const { entry, deduplicated } = await sendMessage.execute({
        roomId: params.roomId as RoomId,
        senderId: caller.userId,
        content: body.content,
        clientMessageId: body.clientMessageId ?? null,
      });
      return { status: deduplicated ? 200 : 201, body: { message: presentMessage(entry), deduplicated } };
    },

    readHistory: async ({ caller, params, query }) => {
      const place = query.cursor ? readCursor(query.cursor) : { beforeSeq: query.before, afterSeq: query.after };
      const page = await readHistory.execute({
        roomId: params.roomId as RoomId,
        userId: caller.userId,
        limit: query.limit,
        ...place,
      });
      return {
        body: {
          messages: page.messages.map(presentMessage),
          hasMore: page.hasMore,
          nextCursor: page.hasMore ? cursorAfter(page.messages, place.afterSeq !== undefined) : null,
        },
      };
    },

    readEvents: async ({ caller, params, query }) => ({
      body: presentEvents(
        await readEvents.execute({ roomId: params.roomId as RoomId, userId: caller.userId, ...query }),
      ),
    }),

    syncRooms: async ({ caller, body }) => ({
      body: presentSync(
        await syncRooms.execute({
          userId: caller.userId,
          rooms: (body.rooms ?? []).map(({ roomId, afterSeq }) => ({ roomId: roomId as RoomId, afterSeq })),
          limit: body.limit ?? SYNC_LIMIT,
        }),
      ),
    }),

    markUnread: async ({ caller, params, body }) => {
      await markUnread.execute({
        roomId: params.roomId as RoomId,
        userId: caller.userId,
        fromSeq: body.fromSeq ?? null,
      });
      return { body: undefined };
    },

    listReceipts: async ({ caller, params, query }) => {
      const { messageId, seq, receipts, nextAfterUserId } = await listReceipts.execute({
        roomId: params.roomId as RoomId,
        messageId: params.messageId as MessageId,
        userId: caller.userId,
        afterUserId: query.cursor as UserId | undefined,
        limit: query.limit,
      });
      return {
        body: {
          messageId,
          seq,
          receipts: receipts.map(({ userId, delivered, read }) => ({ userId, delivered, read })),
          hasMore: nextAfterUserId !== null,
          nextCursor: nextAfterUserId,
        },
      };
    },

    markReceipts: async ({ caller, params, body }) => ({
      body: await markReceipts.execute({ roomId: params.roomId as RoomId, userId: caller.userId, ...body }),
    }),
  };
}
