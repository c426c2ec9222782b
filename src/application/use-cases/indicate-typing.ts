import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import type { TypingBoard } from '../live/typing-board.ts';

export interface IndicateTypingInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly connectionId: string;
  readonly isTyping: boolean;
}

export class IndicateTyping {
  readonly #access: RoomAccess;
  readonly #typing: TypingBoard;

  constructor(deps: { readonly access: RoomAccess; readonly typing: TypingBoard }) {
    this.#access = deps.access;
    this.#typing = deps.typing;
  }

  async execute({ roomId, userId, connectionId, isTyping }: IndicateTypingInput): Promise<void> {
    await this.#access.requireMember(roomId, userId);
    if (isTyping) this.#typing.started(roomId, userId, connectionId);
    else this.#typing.stopped(roomId, userId);
  }
}
