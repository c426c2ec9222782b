import type { MessageId } from '../../domain/message/message.ts';
import { isMessage } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

export interface ListReceiptsInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly messageId: MessageId;
  readonly afterUserId?: UserId | undefined;
  readonly limit: number;
}

export interface MessageReceipt {
  readonly userId: UserId;
  readonly delivered: boolean;
  readonly read: boolean;
}

export interface MessageReceipts {
  readonly messageId: MessageId;
  readonly seq: number;
  /** Ascending by user id; without the sender, and without those who joined after the message was sent. */
  readonly receipts: readonly MessageReceipt[];
  /** The last user id that was looked at, when more follow. */
  readonly nextAfterUserId: UserId | null;
}

interface ListReceiptsDeps {
  readonly log: ports.RoomLog;
  readonly members: ports.MembershipStore;
  readonly access: RoomAccess;
}

/** Who has a message, and who has read it: each member's watermarks, held against its seq. */
export class ListReceipts {
  readonly #deps: ListReceiptsDeps;

  constructor(deps: ListReceiptsDeps) {
    this.#deps = deps;
  }

  async execute(input: ListReceiptsInput): Promise<MessageReceipts> {
    const { log, members, access } = this.#deps;
    const { roomId, userId, messageId, afterUserId, limit } = input;
    await access.requireMember(roomId, userId);
    const message = await log.byId(messageId);
    if (!message || message.roomId !== roomId || !isMessage(message)) throw new AppError('MESSAGE_NOT_FOUND');
    const found = await members.ofRoom({ roomId, limit: limit + 1, ...(afterUserId ? { afterUserId } : {}) });
    const page = found.slice(0, limit);
    return {
      messageId,
      seq: message.seq,
      receipts: page
        .filter((member) => member.userId !== message.actorId && member.joinedAtMs <= message.createdAtMs)
        .map((member) => ({
          userId: member.userId,
          delivered: member.deliveredSeq >= message.seq,
          read: member.readSeq >= message.seq,
        })),
      nextAfterUserId: found.length > limit ? (page.at(-1)?.userId ?? null) : null,
    };
  }
}
