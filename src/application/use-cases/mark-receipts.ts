import type { MessageId } from '../../domain/message/message.ts';
import { advance, type Watermarks } from '../../domain/room/member.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type * as ports from '../ports/index.ts';

export interface MarkReceiptsInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly deliveredSeq?: number | undefined;
  readonly readSeq?: number | undefined;
}

export interface MarkReceiptsDeps {
  readonly log: ports.RoomLog;
  readonly receipts: ports.ReceiptStore;
  readonly access: RoomAccess;
  readonly feed: RoomFeed;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly clock: ports.Clock;
}

export interface WatermarksInForce extends Watermarks {
  readonly roomId: RoomId;
}

const NOTHING: Watermarks = { deliveredSeq: 0, readSeq: 0 };

/** The highest that was told of one member, while calls about that member are under way. */
interface Told {
  calls: number;
  delivered: number;
  read: number;
}

/** Raises the member's delivered and read watermarks; the room hears only of what really moved, after it is durable. */
export class MarkReceipts {
  readonly #deps: MarkReceiptsDeps;
  readonly #told = new Map<string, Told>();

  constructor(deps: MarkReceiptsDeps) {
    this.#deps = deps;
  }

  async execute(input: MarkReceiptsInput): Promise<WatermarksInForce> {
    const { roomId, userId } = input;
    await this.#deps.access.requireMember(roomId, userId);
    const key = roomId + userId;
    const told = this.#told.get(key) ?? { calls: 0, delivered: 0, read: 0 };
    this.#told.set(key, told);
    told.calls += 1;
    try {
      const { before, now } = await this.#advance(input);
      await this.#tell(input, before, now, told);
      return { roomId, ...now };
    } finally {
      told.calls -= 1;
      if (told.calls === 0) this.#told.delete(key);
    }
  }

  async #advance(input: MarkReceiptsInput): Promise<ports.ReceiptOutcome> {
    const { receipts, access } = this.#deps;
    const { roomId, userId } = input;
    const bounded = advance(NOTHING, stripUndefined(input), await this.#headFor(input));
    const outcome = await receipts.advance({ roomId, userId, ...bounded });
    if (outcome) return outcome;
    access.forget(roomId, userId);
    throw new AppError('NOT_A_MEMBER');
  }

  async #tell({ roomId, userId }: MarkReceiptsInput, before: Watermarks, now: Watermarks, told: Told): Promise<void> {
    const atMs = this.#deps.clock.nowMs();
    for (const kind of ['delivered', 'read'] as const) {
      const seq = now[`${kind}Seq`];
      // Reading implies delivery, so a delivery that the read receipt tells already is not told twice.
      if (seq <= before[`${kind}Seq`] || (kind === 'delivered' && seq === now.readSeq)) continue;
      const messageId = await this.#idAt(roomId, seq);
      // A parallel report that is further may have been told meanwhile: nobody hears a watermark move back.
      if (!messageId || seq <= told.read || seq <= told[kind]) continue;
      told[kind] = seq;
      this.#deps.broadcaster.receipt({ kind, roomId, userId, seq, messageId, atMs });
    }
  }

  async #headFor({ roomId, readSeq = 0, deliveredSeq = 0 }: MarkReceiptsInput): Promise<number> {
    const known = this.#deps.feed.knownHead(roomId);
    return known >= Math.max(readSeq, deliveredSeq) ? known : this.#deps.log.head(roomId);
  }

  async #idAt(roomId: RoomId, seq: number): Promise<MessageId | null> {
    return (await this.#deps.log.at(roomId, seq))?.id ?? null;
  }
}

function stripUndefined({ deliveredSeq, readSeq }: MarkReceiptsInput): Partial<Watermarks> {
  return {
    ...(deliveredSeq === undefined ? {} : { deliveredSeq }),
    ...(readSeq === undefined ? {} : { readSeq }),
  };
}
