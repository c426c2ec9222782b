import { composeContent, type MessageId } from '../../domain/message/message.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import { refusalToSpeak, type RoomAccess } from '../access/room-access.ts';
import type { SpeakingTurns } from '../access/speaking-turns.ts';
import { AppError } from '../errors/app-error.ts';
import { checkRule } from '../errors/check-rule.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type { TypingBoard } from '../live/typing-board.ts';
import type * as ports from '../ports/index.ts';

export interface SendMessageInput {
  readonly roomId: RoomId;
  readonly senderId: UserId;
  readonly content: string;
  readonly clientMessageId: string | null;
}

interface SendMessageDeps {
  readonly log: ports.RoomLog;
  readonly access: RoomAccess;
  readonly turns: SpeakingTurns;
  readonly feed: RoomFeed;
  readonly typing: TypingBoard;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

type Turns = ReturnType<SpeakingTurns['for']>;

/** Resolves when the message is durable. Only then, and only once, does the room hear of it. */
export class SendMessage {
  readonly #deps: SendMessageDeps;

  constructor(deps: SendMessageDeps) {
    this.#deps = deps;
  }

  async execute(input: SendMessageInput): Promise<ports.Appended> {
    const { log, access, turns, feed, typing, ids, clock } = this.#deps;
    const { roomId, senderId, clientMessageId } = input;
    const content = checkRule('content', () => composeContent(input.content));
    const standing = await access.requireMember(roomId, senderId);
    const createdAtMs = clock.nowMs();
    const silenced = refusalToSpeak(standing, createdAtMs);
    const taken = turns.for(standing, input);
    const refusal = silenced ?? (taken.length > 0 ? await turns.take(taken) : null);
    if (refusal) return this.#original(input, refusal);
    const draft = { id: ids.uuid() as MessageId, roomId, senderId, content, clientMessageId, createdAtMs };
    let appended: ports.Appended;
    try {
      appended = await (taken.length > 0 ? this.#appendInTurn(draft, taken) : log.append(draft));
    } catch (error) {
      return this.#explain(error, draft);
    }
    if (!appended.deduplicated) feed.committed([appended.entry]);
    typing.stopped(roomId, senderId);
    return appended;
  }

  /**
   * A refused repeat of a stored message is not a new message: it gets the original, whatever was imposed meanwhile, or
   * a client that retries after a lost ack would believe it failed.
   */
  async #original({ roomId, senderId, clientMessageId }: SendMessageInput, refusal: AppError): Promise<ports.Appended> {
    const entry = clientMessageId && (await this.#deps.log.findByClientMessageId(roomId, senderId, clientMessageId));
    if (!entry) throw refusal;
    return { entry, deduplicated: true };
  }

  /** The sender left, or was put out, while the message was on its way. */
  async #explain(error: unknown, { roomId, senderId }: ports.MessageDraft): Promise<never> {
    const { access } = this.#deps;
    if (!(error instanceof AppError) || error.code !== 'NOT_A_MEMBER') throw error;
    access.forget(roomId, senderId);
    // Says it as it is said to everybody who may not see the room.
    await access.requireMember(roomId, senderId);
    throw new AppError('OVERLOADED');
  }

  /** A message that was not stored, or was stored before, gives its turns back. */
  async #appendInTurn(draft: ports.MessageDraft, taken: Turns): Promise<ports.Appended> {
    const { log, turns } = this.#deps;
    try {
      const appended = await log.append(draft);
      if (appended.deduplicated) await turns.giveBack(taken);
      return appended;
    } catch (error) {
      await turns.giveBack(taken);
      throw error;
    }
  }
}
