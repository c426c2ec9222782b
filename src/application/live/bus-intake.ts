import type { RoomId } from '../../domain/room/room.ts';
import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { SessionGuard } from '../access/session-guard.ts';
import type * as ports from '../ports/index.ts';
import type { Newcomers } from './newcomers.ts';
import type { RoomFeed } from './room-feed.ts';
import type { TypingBoard } from './typing-board.ts';

/** Somebody's rooms tell of them one by one; within this time they are gathered, so that each socket hears it once. */
const GATHER_MS = 50;

interface BusIntakeDeps {
  readonly feed: RoomFeed;
  /** The sockets of this node. */
  readonly local: ports.RoomBroadcaster;
  /** Who types on other nodes. Tells the sockets of this node only. */
  readonly typing: TypingBoard;
  readonly newcomers: Newcomers;
  readonly guard: Pick<SessionGuard, 'forget'>;
  readonly webhooks: { lookAt(roomIds: readonly RoomId[]): void };
  readonly scheduler: ports.Scheduler;
  readonly logger: ports.Logger;
}

/** Takes in what the other nodes tell, for the sockets of this one. */
export class BusIntake implements ports.BusListener {
  readonly #deps: BusIntakeDeps;
  #presence = new Map<UserId, { change: ports.PresenceChange; readonly roomIds: RoomId[] }>();

  constructor(deps: BusIntakeDeps) {
    this.#deps = deps;
  }

  news(roomId: RoomId, news: readonly ports.RoomNews[]): void {
    const { feed, local } = this.#deps;
    for (const item of news) {
      if (item.type === 'entries') feed.heard(item.entries);
      else if (item.type === 'receipt') local.receipt(item.change);
      else if (item.type === 'typing') this.#typing(item.change);
      else this.#gather(roomId, item.change);
    }
  }

  nodeNews(news: ports.NodeNews): void {
    if (news.type === 'session_ended') this.#endSession(news.sessionId);
    else if (news.type === 'rooms_changed') this.#deps.webhooks.lookAt(news.roomIds);
    else this.#deps.newcomers.joined(news);
  }

  missed(roomIds: readonly RoomId[]): void {
    this.#deps.feed.check(roomIds).catch((error: unknown) => {
      this.#deps.logger.warn({ error }, 'rooms could not be checked for what was missed; the next poll does it');
    });
  }

  #endSession(sessionId: SessionId): void {
    this.#deps.guard.forget(sessionId);
    this.#deps.local.endSession(sessionId);
  }

  /** On a board of its own, so that the signal ends by itself when the node of the typist does not say so. */
  #typing({ roomId, userId, isTyping }: ports.TypingChange): void {
    if (isTyping) this.#deps.typing.started(roomId, userId, 'another node');
    else this.#deps.typing.stopped(roomId, userId);
  }

  #gather(roomId: RoomId, change: ports.PresenceChange): void {
    if (this.#presence.size === 0) this.#deps.scheduler.after(GATHER_MS, () => this.#tellPresence());
    const known = this.#presence.get(change.userId);
    if (!known) {
      this.#presence.set(change.userId, { change, roomIds: [roomId] });
      return;
    }
    known.change = change;
    known.roomIds.push(roomId);
  }

  #tellPresence(): void {
    const gathered = this.#presence;
    this.#presence = new Map();
    for (const { change, roomIds } of gathered.values()) this.#deps.local.presence(change, roomIds);
  }
}
