import { composeContent, type MessageId } from '../../domain/message/message.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
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
  readonly feed: RoomFeed;
  readonly typing: TypingBoard;
  readonly limiter: ports.RateLimiter;
  /** Null: no limit. */
  readonly limit: ports.RateRule | null;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

/** Resolves when the message is durable. Only then, and only once, does the room hear of it. */
export class SendMessage {
  readonly #deps: SendMessageDeps;

  constructor(deps: SendMessageDeps) {
    this.#deps = deps;
  }

  async execute(input: SendMessageInput): Promise<ports.Appended> {
    const { log, access, feed, typing, limit, ids, clock } = this.#deps;
    const { roomId, senderId, clientMessageId } = input;
    const content = checkRule('content', () => composeContent(input.content));
    await access.requireMember(roomId, senderId);
    if (limit) {
      const original = await this.#takeTurn(input, limit);
      if (original) return original;
    }
    const draft = {
      id: ids.uuid() as MessageId,
      roomId,
      senderId,
      content,
      clientMessageId,
      createdAtMs: clock.nowMs(),
    };
    const appended = await (limit ? this.#appendInTurn(draft, limit) : log.append(draft)).catch((error: unknown) =>
      this.#explain(error, draft),
    );
    if (!appended.deduplicated) feed.committed([appended.entry]);
    typing.stopped(roomId, senderId);
    return appended;
  }

  /**
   * Takes one of the sender's turns. A refused repeat of a stored message is not a new message: it gets the original,
   * whatever the limit says, or a client that retries after a lost ack would believe it failed.
   */
  async #takeTurn(input: SendMessageInput, limit: ports.RateRule): Promise<ports.Appended | null> {
    const { limiter, log } = this.#deps;
    const { roomId, senderId, clientMessageId } = input;
    const { allowed, retryAfterMs } = await limiter.consume(turnKey(input), limit);
    if (allowed) return null;
    const entry = clientMessageId && (await log.findByClientMessageId(roomId, senderId, clientMessageId));
    if (!entry) throw new AppError('RATE_LIMITED', { retryAfterMs });
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

  /** A message that was not stored, or was stored before, gives its turn back. */
  async #appendInTurn(draft: ports.MessageDraft, limit: ports.RateRule): Promise<ports.Appended> {
    const { log, limiter } = this.#deps;
    const giveBack = () => limiter.refund(turnKey(draft), limit);
    try {
      const appended = await log.append(draft);
      if (appended.deduplicated) await giveBack();
      return appended;
    } catch (error) {
      await giveBack();
      throw error;
    }
  }
}

const turnKey = ({ roomId, senderId }: { roomId: RoomId; senderId: UserId }) => `message:${roomId}:${senderId}`;
