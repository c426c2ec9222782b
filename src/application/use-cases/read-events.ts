import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import type * as ports from '../ports/index.ts';
import { firstPage } from './page-bytes.ts';

export interface ReadEventsInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly afterSeq: number;
  readonly limit: number;
}

export interface EventsPage {
  readonly roomId: RoomId;
  /** The log from `afterSeq` on, ascending, without a gap. */
  readonly events: readonly RoomEntry[];
  readonly headSeq: number;
  /** Whether the events reach the head. */
  readonly complete: boolean;
}

export class ReadEvents {
  readonly #log: ports.RoomLog;
  readonly #access: RoomAccess;

  constructor(deps: { readonly log: ports.RoomLog; readonly access: RoomAccess }) {
    this.#log = deps.log;
    this.#access = deps.access;
  }

  async execute({ roomId, userId, afterSeq, limit }: ReadEventsInput): Promise<EventsPage> {
    await this.#access.requireMember(roomId, userId);
    const headSeq = await this.#log.head(roomId);
    const toSeq = Math.min(headSeq, afterSeq + limit);
    const events = toSeq > afterSeq ? firstPage(await this.#log.ranges([{ roomId, afterSeq, toSeq }])) : [];
    return { roomId, events, headSeq, complete: (events.at(-1)?.seq ?? toSeq) >= headSeq };
  }
}
