import type { MessageId } from '../../domain/message/message.ts';
import type { RoomChangeEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import { audit } from '../auth/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

const MEMBERS_AT_A_TIME = 100;
const ROWS_AT_A_TIME = 500;
/**
 * Between the end of the last membership and the first entry that goes: nodes that nobody told have looked by then,
 * and what they had taken from somebody whom they still believed to be a member is written.
 */
export const GRACE_MS = 10_000;

export interface PurgeProgress {
  /** Rows that are gone. */
  readonly done: number;
  /** What there was at the beginning, about. */
  readonly total: number;
}

interface PurgeRoomDeps {
  readonly rooms: ports.RoomStore;
  readonly members: ports.MembershipStore;
  readonly log: ports.RoomLog;
  readonly unitOfWork: ports.UnitOfWork;
  readonly purge: ports.RoomPurge;
  readonly bus: ports.RoomBus;
  readonly scheduler: ports.Scheduler;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/**
 * Deletes a room and all that belongs to it, for good, beside live nodes: first nobody gets in any more, then all
 * members are out and hear of it, then everything goes in small steps. Interrupted anywhere, it is simply called again.
 * Rejects with ROOM_NOT_FOUND.
 */
export class PurgeRoom {
  readonly #deps: PurgeRoomDeps;

  constructor(deps: PurgeRoomDeps) {
    this.#deps = deps;
  }

  /** Resolves to how many rows went. */
  async execute(roomId: RoomId, tell: (progress: PurgeProgress) => void = () => undefined): Promise<number> {
    const { members, log, purge, scheduler, ids, clock, logger } = this.#deps;
    const shut = { inviteCode: ids.secret(), atMs: clock.nowMs() };
    if (!(await purge.close(roomId, shut))) {
      throw new AppError('ROOM_NOT_FOUND', { message: 'There is no such room.' });
    }
    const total = (await log.head(roomId)) + 2 * (await members.countOfRoom(roomId));
    tell({ done: 0, total });
    let done = 0;
    for (let some = await this.#putOut(roomId); some > 0; some = await this.#putOut(roomId)) {
      tell({ done: (done += some), total });
    }
    await new Promise<void>((resume) => scheduler.after(GRACE_MS, resume));
    for (let some = await this.#delete(roomId); some > 0; some = await this.#delete(roomId)) {
      tell({ done: (done += some), total });
    }
    audit(logger, 'room_purged', { roomId, rows: done });
    return done;
  }

  #delete(roomId: RoomId): Promise<number> {
    return this.#deps.purge.deleteSome(roomId, ROWS_AT_A_TIME);
  }

  /** Ends some memberships, each with its entry, which is how the sockets of live nodes learn that they are out. */
  async #putOut(roomId: RoomId): Promise<number> {
    const { members, unitOfWork, bus, ids, clock } = this.#deps;
    const some = await members.ofRoom({ roomId, limit: MEMBERS_AT_A_TIME });
    if (some.length === 0) return 0;
    const entries = await unitOfWork.run(async (stores) => {
      const room = await stores.rooms.lock(roomId);
      if (!room) return [];
      const place = { roomId, actorId: room.createdBy, createdAtMs: clock.nowMs() };
      const removed: RoomChangeEntry[] = [];
      for (const { userId } of some) {
        if (!(await stores.members.remove(roomId, userId))) continue;
        const id = ids.uuid() as MessageId;
        removed.push(await stores.journal.append({ ...place, id, type: 'member_removed', userId }));
      }
      return removed;
    });
    bus.tell(roomId, { type: 'entries', entries });
    return some.length;
  }
}
