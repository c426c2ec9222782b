import type { MessageEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import type * as ports from '../ports/index.ts';

export interface ReadHistoryInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  /** At most one of the two, both exclusive; without either the newest page. */
  readonly beforeSeq?: number | undefined;
  readonly afterSeq?: number | undefined;
  /** 1..100 */
  readonly limit: number;
}

export interface HistoryPage {
  /** Ascending by seq. */
  readonly messages: readonly MessageEntry[];
  /** Whether there is more in the direction of reading. */
  readonly hasMore: boolean;
}

export class ReadHistory {
  readonly #log: ports.RoomLog;
  readonly #access: RoomAccess;

  constructor(deps: { readonly log: ports.RoomLog; readonly access: RoomAccess }) {
    this.#log = deps.log;
    this.#access = deps.access;
  }

  async execute({ roomId, userId, beforeSeq, afterSeq, limit }: ReadHistoryInput): Promise<HistoryPage> {
    await this.#access.requireMember(roomId, userId);
    // One more than asked for tells whether another page follows, without counting.
    const found = await this.#log.messages({
      roomId,
      limit: limit + 1,
      ...(beforeSeq === undefined ? {} : { beforeSeq }),
      ...(afterSeq === undefined ? {} : { afterSeq }),
    });
    if (found.length <= limit) return { messages: found, hasMore: false };
    return { messages: afterSeq === undefined ? found.slice(-limit) : found.slice(0, limit), hasMore: true };
  }
}
