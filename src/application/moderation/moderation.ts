import type { MessageId } from '../../domain/message/message.ts';
import { mayModerate, standsAbove, type Member } from '../../domain/room/member.ts';
import { endsMembership, type RoomChange, type RoomChangeEntry } from '../../domain/room/room-entry.ts';
import type { Room, RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import { onlyAdmins, type RoomAccess } from '../access/room-access.ts';
import { audit } from '../auth/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type { TypingBoard } from '../live/typing-board.ts';
import type * as ports from '../ports/index.ts';

interface ModerationDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly access: RoomAccess;
  readonly feed: RoomFeed;
  readonly typing: TypingBoard;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

export interface Act {
  readonly roomId: RoomId;
  readonly actorId: UserId;
}

/** What somebody finds who moderates a room; nobody else changes its members or sanctions meanwhile. */
export interface Scene {
  readonly stores: ports.Stores;
  readonly room: Room;
  readonly actor: Member;
  readonly nowMs: number;
}

export interface Decision<T> {
  readonly result: T;
  /** What the log of the room says about it; nothing, when everything was so already. */
  readonly changes: readonly RoomChange[];
}

/** The common part of everything that moderators do: who may, one unit of work, the log, and effect at once. */
export class Moderation {
  readonly #deps: ModerationDeps;

  constructor(deps: ModerationDeps) {
    this.#deps = deps;
  }

  /** Throws ROOM_NOT_FOUND, NOT_A_MEMBER or FORBIDDEN when the actor does not moderate the room. */
  async perform<T>({ roomId, actorId }: Act, decide: (scene: Scene) => Promise<Decision<T>>): Promise<T> {
    const { unitOfWork, ids, clock } = this.#deps;
    const { result, entries } = await unitOfWork.run(async (stores) => {
      const room = await stores.rooms.lock(roomId);
      const actor = room ? await stores.members.find(roomId, actorId) : null;
      if (!room || !actor) throw new AppError(room && !room.isPrivate ? 'NOT_A_MEMBER' : 'ROOM_NOT_FOUND');
      if (!mayModerate(actor.role)) throw onlyAdmins();
      const nowMs = clock.nowMs();
      const decision = await decide({ stores, room, actor, nowMs });
      const entries: RoomChangeEntry[] = [];
      for (const change of decision.changes) {
        const place = { id: ids.uuid() as MessageId, roomId, actorId, createdAtMs: nowMs };
        entries.push(await stores.journal.append({ ...change, ...place }));
      }
      return { result: decision.result, entries };
    });
    this.#settle(roomId, entries);
    return result;
  }

  /** What was decided holds from here on, on every live connection of this node; the log tells the other nodes. */
  #settle(roomId: RoomId, entries: readonly RoomChangeEntry[]): void {
    const { access, feed, typing, logger } = this.#deps;
    const [first] = entries;
    if (!first) return;
    for (const entry of entries) {
      if (entry.type === 'room_updated') access.forgetRoom(roomId);
      const targetId = 'userId' in entry ? entry.userId : undefined;
      if (targetId) access.forget(roomId, targetId);
      if (endsMembership(entry) || entry.type === 'member_muted') typing.stopped(roomId, entry.userId);
      const role = entry.type === 'role_changed' ? entry.role : undefined;
      audit(logger, entry.type, { userId: entry.actorId, roomId, targetId, role, seq: entry.seq });
    }
    feed.openAt(roomId, first.seq - 1);
    feed.committed(entries);
  }
}

/** Throws CONFLICT for oneself and FORBIDDEN for somebody who is not below the actor. Null: no member of the room. */
export async function findBelow({ stores, room, actor }: Scene, userId: UserId): Promise<Member | null> {
  if (userId === actor.userId) throw new AppError('CONFLICT', { message: 'Nobody does this to themselves.' });
  const target = await stores.members.find(room.id, userId);
  if (!standsAbove(actor.role, target?.role ?? null)) {
    throw new AppError('FORBIDDEN', { message: 'Only somebody of a higher role may do this.' });
  }
  return target;
}

/** The same, and USER_NOT_FOUND for who is no member. */
export async function requireBelow(scene: Scene, userId: UserId): Promise<Member> {
  const target = await findBelow(scene, userId);
  if (!target) throw new AppError('USER_NOT_FOUND', { message: 'There is no such member.' });
  return target;
}
