import type { MessageId } from '../../../domain/message/message.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import { AppError } from '../../../application/errors/app-error.ts';
import type { SessionGuard } from '../../../application/access/session-guard.ts';
import type { IndicateTyping } from '../../../application/use-cases/indicate-typing.ts';
import type { JoinRoom } from '../../../application/use-cases/join-room.ts';
import type { LeaveRoom } from '../../../application/use-cases/leave-room.ts';
import type { MarkRead } from '../../../application/use-cases/mark-read.ts';
import type { MarkReceipts } from '../../../application/use-cases/mark-receipts.ts';
import type { SendMessage } from '../../../application/use-cases/send-message.ts';
import type { SyncRooms } from '../../../application/use-cases/sync-rooms.ts';
import type { ViewRoom } from '../../../application/use-cases/view-room.ts';
import type { WatchPresence } from '../../../application/use-cases/watch-presence.ts';
import type { UserId } from '../../../domain/user/user.ts';
import { sessionChannel } from '../../wire/live-socket.ts';
import { presentSent, presentSnapshot, presentSync } from '../../wire/present.ts';
import type { SocketHandlers } from './bind-events.ts';
import type { SocketSession } from './socket-session.ts';

export interface SocketUseCases {
  readonly guard: SessionGuard;
  readonly sendMessage: SendMessage;
  readonly joinRoom: JoinRoom;
  readonly leaveRoom: LeaveRoom;
  readonly viewRoom: ViewRoom;
  readonly indicateTyping: IndicateTyping;
  readonly markRead: MarkRead;
  readonly markReceipts: MarkReceipts;
  readonly syncRooms: SyncRooms;
  readonly watchPresence: WatchPresence;
  /** The token of a live connection was renewed. */
  readonly renewed: (session: SocketSession) => void;
}

const SYNC_LIMIT = 500;

export function socketHandlers(useCases: SocketUseCases): SocketHandlers {
  const { sendMessage, joinRoom, leaveRoom, viewRoom, indicateTyping, markRead, markReceipts, syncRooms } = useCases;
  return {
    send_message: ({ userId: senderId }, { roomId, content, clientMessageId = null }) =>
      sendMessage.execute({ roomId: roomId as RoomId, senderId, content, clientMessageId }).then(presentSent),

    join_room: async ({ userId }, { roomId, inviteCode }) => {
      const { room } = await joinRoom.execute({ userId, roomId: roomId as RoomId | undefined, inviteCode });
      return presentSnapshot(await viewRoom.execute({ roomId: room.id, userId }));
    },

    leave_room: async ({ userId }, { roomId }) => {
      await leaveRoom.execute({ roomId: roomId as RoomId, userId });
      return { roomId };
    },

    typing: async ({ userId, connectionId }, { roomId, isTyping }) => {
      await indicateTyping.execute({ roomId: roomId as RoomId, userId, connectionId, isTyping });
      return {};
    },

    read_receipt: async ({ userId }, payload) =>
      'messageId' in payload
        ? markRead.execute({ userId, messageId: payload.messageId as MessageId })
        : markRead.execute({ userId, roomId: payload.roomId as RoomId, seq: payload.seq }),

    delivery_receipt: async ({ userId }, { roomId, seq }) =>
      markReceipts.execute({ roomId: roomId as RoomId, userId, deliveredSeq: seq }),

    sync: async (session, { rooms = [], limit = SYNC_LIMIT }) => {
      const { userId } = session;
      const positions = rooms.map(({ roomId, afterSeq }) => ({ roomId: roomId as RoomId, afterSeq }));
      return session.inTurn(async () => presentSync(await syncRooms.execute({ userId, rooms: positions, limit })));
    },

    watch_presence: async ({ connectionId }, { userIds }) => {
      useCases.watchPresence.execute({ connectionId, userIds: userIds as UserId[] });
      return {};
    },

    authenticate: async (session, { token }) => renew(session, token, useCases),
  };
}

/** A live connection goes on under a newer token of the same user; it never changes hands. */
async function renew(session: SocketSession, token: string, { guard, renewed }: SocketUseCases) {
  const claims = await guard.authenticate(token);
  if (claims.userId !== session.userId) {
    throw new AppError('FORBIDDEN', { message: 'The token belongs to somebody else.' });
  }
  void session.socket.leave(sessionChannel(session.sessionId));
  void session.socket.join(sessionChannel(claims.sessionId));
  // Asked again, now that the end of the session finds this socket.
  await guard.authenticate(token);
  // A timer for a socket that is gone would keep it for ever.
  if (!session.socket.connected) throw new AppError('UNAUTHENTICATED');
  session.socket.data.sessionId = claims.sessionId;
  session.socket.data.expiresAtMs = claims.expiresAtMs;
  renewed(session);
  return { expiresAt: new Date(claims.expiresAtMs).toISOString() };
}
