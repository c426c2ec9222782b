import type { MessageId } from '../../domain/message/message.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type { TypingBoard } from '../live/typing-board.ts';
import type * as ports from '../ports/index.ts';

interface LeaveRoomDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly access: RoomAccess;
  readonly feed: RoomFeed;
  readonly typing: TypingBoard;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

/** Takes effect at once on every device of the user. An owner leaves only an otherwise empty room. */
export class LeaveRoom {
  readonly #deps: LeaveRoomDeps;

  constructor(deps: LeaveRoomDeps) {
    this.#deps = deps;
  }

  async execute({ roomId, userId }: { readonly roomId: RoomId; readonly userId: UserId }): Promise<void> {
    const { unitOfWork, access, feed, typing, ids, clock } = this.#deps;
    const entry = await unitOfWork.run(async ({ rooms, members, journal }) => {
      const room = await rooms.lock(roomId);
      const member = room ? await members.find(roomId, userId) : null;
      if (!room || !member) throw new AppError(room && !room.isPrivate ? 'NOT_A_MEMBER' : 'ROOM_NOT_FOUND');
      if (member.role === 'owner' && (await members.countOfRoom(roomId)) > 1) {
        throw new AppError('CONFLICT', { message: 'An owner hands the room over before leaving it.' });
      }
      await members.remove(roomId, userId);
      return journal.append({
        id: ids.uuid() as MessageId,
        roomId,
        actorId: userId,
        createdAtMs: clock.nowMs(),
        type: 'member_left',
        userId,
      });
    });
    access.forget(roomId, userId);
    typing.stopped(roomId, userId);
    // Takes the user's sockets out of the room at the entry's place in the log.
    feed.openAt(roomId, entry.seq - 1);
    feed.committed([entry]);
  }
}
