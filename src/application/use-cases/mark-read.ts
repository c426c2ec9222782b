import type { MessageId } from '../../domain/message/message.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';
import type { MarkReceipts, WatermarksInForce } from './mark-receipts.ts';

export type MarkReadInput = { readonly userId: UserId } & (
  { readonly messageId: MessageId } | { readonly roomId: RoomId; readonly seq: number }
);

interface MarkReadDeps {
  readonly log: ports.RoomLog;
  readonly access: RoomAccess;
  readonly markReceipts: MarkReceipts;
}

/** Everything up to a message, named by its id or by its place, was read. */
export class MarkRead {
  readonly #deps: MarkReadDeps;

  constructor(deps: MarkReadDeps) {
    this.#deps = deps;
  }

  async execute(input: MarkReadInput): Promise<WatermarksInForce> {
    const { markReceipts } = this.#deps;
    if ('roomId' in input) {
      return markReceipts.execute({ roomId: input.roomId, userId: input.userId, readSeq: input.seq });
    }
    const { roomId, seq } = await this.#find(input.messageId, input.userId);
    return markReceipts.execute({ roomId, userId: input.userId, readSeq: seq });
  }

  /** To somebody outside the room its messages do not exist, or the answer would tell which ids are real. */
  async #find(messageId: MessageId, userId: UserId): Promise<{ roomId: RoomId; seq: number }> {
    const entry = await this.#deps.log.byId(messageId);
    if (!entry) throw new AppError('MESSAGE_NOT_FOUND');
    try {
      await this.#deps.access.requireMember(entry.roomId, userId);
    } catch (error) {
      throw new AppError('MESSAGE_NOT_FOUND', { cause: error });
    }
    return entry;
  }
}
