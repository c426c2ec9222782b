import type { MessageId } from '../../domain/message/message.ts';
import { createRoom, DEFAULT_SETTINGS, type Room, type RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import { checkRule } from '../errors/check-rule.ts';
import { AppError } from '../errors/app-error.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type * as ports from '../ports/index.ts';

interface CreateRoomDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly feed: RoomFeed;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

export interface CreateRoomInput {
  readonly userId: UserId;
  readonly name: string;
  readonly isPrivate: boolean;
}

/** The creator is the room's owner and its first member. */
export class CreateRoom {
  readonly #deps: CreateRoomDeps;

  constructor(deps: CreateRoomDeps) {
    this.#deps = deps;
  }

  async execute({ userId, name, isPrivate }: CreateRoomInput): Promise<Room> {
    const { unitOfWork, feed, broadcaster, ids, clock } = this.#deps;
    const createdAtMs = clock.nowMs();
    const room = checkRule('name', () =>
      createRoom({
        id: ids.uuid() as RoomId,
        name,
        isPrivate,
        inviteCode: ids.secret(),
        createdBy: userId,
        createdAtMs,
        settings: DEFAULT_SETTINGS,
      }),
    );
    const entries = await unitOfWork.run(async ({ rooms, users, members, journal }) => {
      const creator = await users.byId(userId);
      if (!creator) throw new AppError('UNAUTHENTICATED');
      await rooms.insert(room);
      const draft = { roomId: room.id, actorId: userId, createdAtMs };
      const created = await journal.append({
        ...draft,
        id: ids.uuid() as MessageId,
        type: 'room_created',
        name: room.name,
        isPrivate,
      });
      const joined = await journal.append({
        ...draft,
        id: ids.uuid() as MessageId,
        type: 'member_joined',
        userId,
        username: creator.username,
        role: 'owner',
      });
      await members.insert({
        roomId: room.id,
        userId,
        role: 'owner',
        joinedAtMs: createdAtMs,
        deliveredSeq: joined.seq,
        readSeq: joined.seq,
      });
      return [created, joined];
    });
    broadcaster.admit(room.id, userId);
    feed.openAt(room.id, 0);
    feed.committed(entries);
    return room;
  }
}
