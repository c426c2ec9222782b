import type { PresenceFact } from '../../domain/presence/presence.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { PresenceAnnouncer } from '../live/presence-announcer.ts';
import type { TypingBoard } from '../live/typing-board.ts';
import type * as ports from '../ports/index.ts';

interface TrackPresenceDeps {
  readonly presence: ports.PresenceRegistry;
  readonly announcer: PresenceAnnouncer;
  readonly typing: TypingBoard;
}

export type TrackPresenceInput = { readonly userId: UserId } & Omit<PresenceFact, 'atMs'>;

/** A device came or went. Others hear of it only when the person came or went with it. */
export class TrackPresence {
  readonly #deps: TrackPresenceDeps;

  constructor(deps: TrackPresenceDeps) {
    this.#deps = deps;
  }

  async execute({ type, userId, connectionId }: TrackPresenceInput): Promise<void> {
    const { presence, announcer, typing } = this.#deps;
    if (type === 'connected') {
      const edge = await presence.connected(userId, connectionId);
      if (edge) announcer.cameOnline(userId);
      return;
    }
    typing.disconnected(connectionId);
    const edge = await presence.disconnected(userId, connectionId);
    if (edge) announcer.wentOffline(userId);
  }
}
