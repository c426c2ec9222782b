import type { MessageId } from '../../domain/message/message.ts';
import type { Erased } from '../../domain/room/erasure.ts';
import { withoutTraces } from '../../domain/room/erasure.ts';
import type { Member } from '../../domain/room/member.ts';
import { isMessage, type RoomChange, type RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import { addressOfErased, pseudonymsOf } from '../../domain/user/pseudonym.ts';
import type { UserId } from '../../domain/user/user.ts';
import { audit } from '../auth/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';
import type { DisableUser } from './disable-user.ts';

/** Entries that are looked at, and at most changed, at a time. */
const ENTRIES_AT_A_TIME = 500;
const ROOMS_AT_A_TIME = 200;
const MEMBERS_AT_A_TIME = 500;
/** After the end of the sessions: nodes that nobody told have looked by then, and no socket of the user is left. */
export const GRACE_MS = 10_000;

export interface Erasure {
  readonly userId: UserId;
  readonly username: string;
  /** That the user was a member of. */
  readonly roomsLeft: number;
  readonly messages: number;
}

/** In rooms. */
export interface ErasureProgress {
  readonly done: number;
  readonly total: number;
}

interface EraseUserDeps {
  readonly users: ports.UserStore;
  readonly rooms: ports.RoomStore;
  readonly members: ports.MembershipStore;
  readonly log: ports.RoomLog;
  readonly records: ports.PersonalRecords;
  readonly unitOfWork: ports.UnitOfWork;
  readonly disableUser: DisableUser;
  readonly bus: ports.RoomBus;
  readonly scheduler: ports.Scheduler;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/**
 * Leaves nothing of a person but a pseudonym, for good, beside live nodes: the sessions end, the user leaves all rooms,
 * texts and names go out of the logs in small steps, and the account last, so that whoever was interrupted anywhere
 * finds it again and ends the same. Entries stay where they are. Rejects with USER_NOT_FOUND.
 */
export class EraseUser {
  readonly #deps: EraseUserDeps;

  constructor(deps: EraseUserDeps) {
    this.#deps = deps;
  }

  async execute(userId: UserId, tell: (progress: ErasureProgress) => void = () => undefined): Promise<Erasure> {
    const { records, disableUser, scheduler, clock, logger } = this.#deps;
    const erased: Erased = { userId, username: await this.#pseudonymOf(userId), atMs: clock.nowMs() };
    await disableUser.execute(userId);
    await new Promise<void>((resume) => scheduler.after(GRACE_MS, resume));
    const { username, atMs } = erased;
    let [roomsLeft, messages] = [0, 0];
    do {
      roomsLeft += await this.#leaveAll(userId);
      messages += await this.#eraseEverywhere(erased, tell);
    } while (!(await records.erase(userId, { username, email: addressOfErased(userId), atMs })));
    audit(logger, 'user_erased', { userId, rooms: roomsLeft, messages });
    return { userId, username, roomsLeft, messages };
  }

  async #pseudonymOf(userId: UserId): Promise<string> {
    const { users } = this.#deps;
    for (const name of pseudonymsOf(userId)) {
      const bearer = await users.byUsername(name);
      if (bearer === null || bearer.id === userId) return name;
    }
    throw new AppError('USERNAME_TAKEN');
  }

  async #leaveAll(userId: UserId): Promise<number> {
    const roomIds = await this.#deps.members.roomIdsOf(userId);
    for (const roomId of roomIds) {
      await this.#write(roomId, userId, async (stores) => {
        const member = await stores.members.find(roomId, userId);
        if (!member) return [];
        const changes = member.role === 'owner' ? await handOver(stores, member) : [];
        await stores.members.remove(roomId, userId);
        return [...changes, { type: 'member_left', userId }];
      });
    }
    return roomIds.length;
  }

  /** In all rooms there are: somebody may have written about a user who never was in the room. */
  async #eraseEverywhere(erased: Erased, tell: (progress: ErasureProgress) => void): Promise<number> {
    const roomIds = await this.#allRooms();
    let messages = 0;
    for (const [done, roomId] of roomIds.entries()) {
      tell({ done, total: roomIds.length });
      messages += await this.#eraseIn(roomId, erased);
    }
    tell({ done: roomIds.length, total: roomIds.length });
    return messages;
  }

  async #allRooms(): Promise<readonly RoomId[]> {
    const ids: RoomId[] = [];
    for (let size = -1; size < ids.length;) {
      size = ids.length;
      const afterId = ids.at(-1);
      const page = await this.#deps.rooms.page({ limit: ROOMS_AT_A_TIME, ...(afterId && { afterId }) });
      ids.push(...page.map(({ id }) => id));
    }
    return ids;
  }

  async #eraseIn(roomId: RoomId, erased: Erased): Promise<number> {
    const { log } = this.#deps;
    const head = await log.head(roomId);
    let messages = 0;
    for (let afterSeq = 0; afterSeq < head; afterSeq += ENTRIES_AT_A_TIME) {
      const range = { roomId, afterSeq, toSeq: Math.min(head, afterSeq + ENTRIES_AT_A_TIME) };
      const traces = await log.tracesOf(range, erased.userId);
      const left = traces.map((entry) => withoutTraces(entry, erased)).filter((entry) => entry !== null);
      await this.#redact(roomId, erased.userId, left);
      messages += left.filter(isMessage).length;
    }
    return messages;
  }

  /** Together with the entry that tells of it: whoever reads that finds no text any more, and nobody misses it. */
  async #redact(roomId: RoomId, userId: UserId, entries: readonly RoomEntry[]): Promise<void> {
    const [first, last] = [entries.at(0), entries.at(-1)];
    if (!first || !last) return;
    await this.#write(roomId, userId, async ({ journal }) => {
      await journal.redact(roomId, entries);
      return [{ type: 'messages_erased', userId, fromSeq: first.seq, toSeq: last.seq }];
    });
  }

  /** One unit of work that holds the room; what it says about itself is in the log and told to live nodes. */
  async #write(
    roomId: RoomId,
    actorId: UserId,
    work: (stores: ports.Stores) => Promise<readonly RoomChange[]>,
  ): Promise<void> {
    const { unitOfWork, bus, ids, clock } = this.#deps;
    const entries = await unitOfWork.run(async (stores) => {
      if (!(await stores.rooms.lock(roomId))) return [];
      const appended = [];
      for (const change of await work(stores)) {
        const place = { id: ids.uuid() as MessageId, roomId, actorId, createdAtMs: clock.nowMs() };
        appended.push(await stores.journal.append({ ...change, ...place }));
      }
      return appended;
    });
    if (entries.length > 0) bus.tell(roomId, { type: 'entries', entries });
  }
}

/** To the first admin by id, or else the first member: an owner who cannot be asked leaves no room without one. */
async function handOver({ members }: ports.Stores, owner: Member): Promise<RoomChange[]> {
  const { roomId } = owner;
  let heir: Member | undefined;
  let afterUserId: UserId | undefined;
  for (;;) {
    const page = await members.ofRoom({ roomId, limit: MEMBERS_AT_A_TIME, ...(afterUserId && { afterUserId }) });
    const others = page.filter(({ userId }) => userId !== owner.userId);
    const admin = others.find(({ role }) => role === 'admin');
    heir = admin ?? heir ?? others[0];
    afterUserId = page.at(-1)?.userId;
    if (admin || afterUserId === undefined) break;
  }
  if (!heir) return [];
  await members.setRole(roomId, heir.userId, 'owner');
  return [{ type: 'role_changed', userId: heir.userId, role: 'owner' }];
}
