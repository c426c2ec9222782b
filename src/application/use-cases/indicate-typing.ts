import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import { refusalToSpeak, type RoomAccess } from '../access/room-access.ts';
import type { TypingBoard } from '../live/typing-board.ts';
import type { Clock } from '../ports/index.ts';

export interface IndicateTypingInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly connectionId: string;
  readonly isTyping: boolean;
}

interface IndicateTypingDeps {
  readonly access: RoomAccess;
  readonly typing: TypingBoard;
  readonly clock: Clock;
}

/** Who may not speak does not type either. */
export class IndicateTyping {
  readonly #deps: IndicateTypingDeps;

  constructor(deps: IndicateTypingDeps) {
    this.#deps = deps;
  }

  async execute({ roomId, userId, connectionId, isTyping }: IndicateTypingInput): Promise<void> {
    const { access, typing, clock } = this.#deps;
    const standing = await access.requireMember(roomId, userId);
    if (!isTyping) return typing.stopped(roomId, userId);
    const refusal = refusalToSpeak(standing, clock.nowMs());
    if (refusal) throw refusal;
    typing.started(roomId, userId, connectionId);
  }
}
