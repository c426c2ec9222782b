import type { RoomId } from '../../domain/room/room.ts';
import type { WebhookId } from '../../domain/webhook/webhook.ts';
import type * as ports from '../ports/index.ts';
import type { Undelivered } from './undelivered.ts';

/** How often all rooms are looked at: what nobody said is found within this time. */
export const SWEEP_MS = 5_000;
/** Where there are many rooms it is done less often, so that it takes no more than a twentieth of the time. */
const REST = 20;
const PAGE = 500;

interface RoomSweepDeps {
  readonly webhookId: WebhookId;
  readonly webhooks: Pick<ports.WebhookStore, 'backlog'>;
  readonly log: Pick<ports.RoomLog, 'ranges'>;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
  readonly undelivered: Undelivered;
  /** There is something to deliver in the room, and it is time to. */
  readonly found: (roomId: RoomId) => void;
}

/** Finds what nobody has said: rooms whose log goes on beyond the place of a webhook. */
export class RoomSweep {
  readonly #deps: RoomSweepDeps;
  #running: Promise<void> | null = null;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  #restMs = SWEEP_MS;
  #stopped = false;

  constructor(deps: RoomSweepDeps) {
    this.#deps = deps;
  }

  /** Looks at all rooms, page by page, unless it is at it or has been lately. */
  begin(): void {
    const sinceMs = this.#deps.clock.nowMs() - this.#endedAtMs;
    // A clock that was set back is no reason to wait.
    if (this.#stopped || (sinceMs >= 0 && sinceMs < this.#restMs)) return;
    this.#running ??= this.#run()
      .catch((error: unknown) => {
        const { logger, webhookId } = this.#deps;
        logger.warn({ webhookId, error }, 'the rooms of a webhook could not be looked at');
      })
      .finally(() => {
        this.#running = null;
      });
  }

  /** Resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    const { webhookId, webhooks, clock, undelivered, found } = this.#deps;
    const nowMs = clock.nowMs();
    const behind = new Set<RoomId>();
    for (let afterRoomId: RoomId | null = null; !this.#stopped;) {
      const { rooms, lastRoomId }: ports.Backlog = await webhooks.backlog({ webhookId, afterRoomId, limit: PAGE });
      for (const { roomId, nextAttemptAtMs } of rooms) {
        behind.add(roomId);
        if ((nextAttemptAtMs ?? 0) <= nowMs) found(roomId);
      }
      await this.#noteWaiting(rooms);
      if (lastRoomId === null) break;
      afterRoomId = lastRoomId;
    }
    undelivered.keep(behind);
    this.#endedAtMs = clock.nowMs();
    this.#restMs = Math.max(SWEEP_MS, (this.#endedAtMs - nowMs) * REST);
  }

  /** What has failed on another node, or in another life of this one, may not be tried again for hours. */
  async #noteWaiting(rooms: ports.Backlog['rooms']): Promise<void> {
    const { undelivered, log } = this.#deps;
    const unknown = rooms.filter(({ attempts, roomId }) => attempts > 0 && !undelivered.knows(roomId));
    if (unknown.length === 0) return;
    const next = unknown.map(({ roomId, seq }) => ({ roomId, afterSeq: seq, toSeq: seq + 1 }));
    for (const entry of await log.ranges(next)) undelivered.note(entry);
  }
}
