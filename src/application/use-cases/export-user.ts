import { isMessage, type MessageEntry } from '../../domain/room/room-entry.ts';
import type { Room, RoomId } from '../../domain/room/room.ts';
import type { User, UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

/** Entries that are looked at, at a time: some megabytes if every one is a long message of the user. */
const ENTRIES_AT_A_TIME = 500;
const ROOMS_AT_A_TIME = 200;

export interface UserExport {
  readonly user: User;
  readonly records: ports.RecordsOfUser;
  /** The names of the rooms of the memberships. */
  readonly roomNames: ReadonlyMap<RoomId, string>;
  /** Every message of the user that has a text, room by room and in order, also of rooms that were left. */
  readonly messages: AsyncIterable<{ readonly room: Room; readonly messages: readonly MessageEntry[] }>;
}

/** Everything of one user and nothing that others wrote, for an operator. Rejects with USER_NOT_FOUND. */
export class ExportUser {
  readonly #deps: Pick<ports.Persistence, 'users' | 'rooms' | 'log' | 'records'>;

  constructor(deps: Pick<ports.Persistence, 'users' | 'rooms' | 'log' | 'records'>) {
    this.#deps = deps;
  }

  async execute(userId: UserId): Promise<UserExport> {
    const user = await this.#deps.users.byId(userId);
    if (!user) throw new AppError('USER_NOT_FOUND', { message: 'There is no such user.' });
    const records = await this.#deps.records.of(userId);
    const roomNames = new Map<RoomId, string>();
    for (const { roomId } of records.memberships) {
      const room = await this.#deps.rooms.byId(roomId);
      if (room) roomNames.set(roomId, room.name);
    }
    return { user, records, roomNames, messages: this.#messagesOf(userId) };
  }

  async *#messagesOf(userId: UserId): AsyncGenerator<{ room: Room; messages: readonly MessageEntry[] }> {
    const { rooms } = this.#deps;
    let afterId: RoomId | undefined;
    for (;;) {
      const page = await rooms.page({ limit: ROOMS_AT_A_TIME, ...(afterId && { afterId }) });
      for (const room of page) yield* this.#messagesIn(room, userId);
      afterId = page.at(-1)?.id;
      if (afterId === undefined) return;
    }
  }

  async *#messagesIn(room: Room, userId: UserId): AsyncGenerator<{ room: Room; messages: readonly MessageEntry[] }> {
    const { log } = this.#deps;
    const head = await log.head(room.id);
    for (let afterSeq = 0; afterSeq < head; afterSeq += ENTRIES_AT_A_TIME) {
      const range = { roomId: room.id, afterSeq, toSeq: Math.min(head, afterSeq + ENTRIES_AT_A_TIME) };
      const own = (await log.tracesOf(range, userId)).filter(isMessage);
      const messages = own.filter(({ actorId, erasedAtMs }) => actorId === userId && erasedAtMs === undefined);
      if (messages.length > 0) yield { room, messages };
    }
  }
}
