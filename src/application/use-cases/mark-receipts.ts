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

/** Raises the member's delivered and read watermarks; the room hears only of what really moved, after it is durable. */
export class MarkReceipts {
  readonly #deps: MarkReceiptsDeps;

  constructor(deps: MarkReceiptsDeps) {
    this.#deps = deps;
  }

  async execute(input: MarkReceiptsInput): Promise<WatermarksInForce> {
    const { receipts, access, broadcaster, clock } = this.#deps;
    const { roomId, userId } = input;
    await access.requireMember(roomId, userId);
    const headSeq = await this.#headFor(input);
    const bounded = advance(NOTHING, stripUndefined(input), headSeq);
    const outcome = await receipts.advance({ roomId, userId, ...bounded });
    if (!outcome) {
      access.forget(roomId, userId);
      throw new AppError('NOT_A_MEMBER');
    }
    const { before, now } = outcome;
    const atMs = clock.nowMs();
    for (const kind of ['delivered', 'read'] as const) {
      const seq = now[`${kind}Seq`];
      // Reading implies delivery, so a delivery that the read receipt tells already is not told twice.
      if (seq <= before[`${kind}Seq`] || (kind === 'delivered' && seq === now.readSeq)) continue;
      const messageId = await this.#idAt(roomId, seq);
      if (messageId) broadcaster.receipt({ kind, roomId, userId, seq, messageId, atMs });
    }
    return { roomId, ...now };
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
