import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

export interface MarkUnreadInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  /** The first message that counts as unread again; null takes the mark away. */
  readonly fromSeq: number | null;
}

/** A note to oneself: the member's own unread count grows, what others see of the member's reading stays as it is. */
export class MarkUnread {
  readonly #receipts: ports.ReceiptStore;
  readonly #access: RoomAccess;

  constructor(deps: { readonly receipts: ports.ReceiptStore; readonly access: RoomAccess }) {
    this.#receipts = deps.receipts;
    this.#access = deps.access;
  }

  async execute({ roomId, userId, fromSeq }: MarkUnreadInput): Promise<void> {
    await this.#access.requireMember(roomId, userId);
    if (await this.#receipts.markUnread(roomId, userId, fromSeq)) return;
    this.#access.forget(roomId, userId);
    throw new AppError('NOT_A_MEMBER');
  }
}
