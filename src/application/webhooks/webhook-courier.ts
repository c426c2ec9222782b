import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import {
  ATTEMPTS_MAX,
  chanceOf,
  deliveryId,
  FAILING_MS_MAX,
  pauseMs,
  secretsAt,
  wants,
  type DisabledReason,
  type Webhook,
} from '../../domain/webhook/webhook.ts';
import type * as ports from '../ports/index.ts';
import { RoomSweep } from './room-sweep.ts';
import { Undelivered } from './undelivered.ts';

const ROOMS_MAX = 4;
const PAGE = 50;
/** What a consumer that is overloaded is left alone for when it does not say so itself. */
const BREATH_MS = 5_000;
const OVERLOADED: readonly (number | null)[] = [429, 502, 503, 504];

export interface CourierDeps {
  readonly webhooks: ports.WebhookStore;
  readonly log: ports.RoomLog;
  readonly sender: ports.WebhookSender;
  readonly scheduler: ports.Scheduler;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
  readonly probe: Pick<ports.Probe, 'webhook'>;
}

/**
 * Delivers to one webhook while this node has its lease: some rooms at a time, the entries of a room one after the
 * other. Where it has come to is stored after each answer, so whoever goes on repeats one entry of a room at most.
 */
export class WebhookCourier {
  readonly #deps: CourierDeps;
  readonly #stopping = new AbortController();
  readonly #waiting = new Set<RoomId>();
  readonly #working = new Map<RoomId, Promise<void>>();
  readonly #undelivered = new Undelivered();
  readonly #sweep: RoomSweep;
  #webhook: Webhook;
  #pausedUntilMs = 0;
  #stopped = false;

  constructor(deps: CourierDeps, webhook: Webhook) {
    this.#deps = deps;
    this.#webhook = webhook;
    this.#sweep = new RoomSweep({
      ...deps,
      webhookId: webhook.id,
      undelivered: this.#undelivered,
      found: (roomId) => this.look(roomId),
    });
  }

  /** As it is stored now: url, secrets and filter may have changed. */
  set webhook(webhook: Webhook) {
    this.#webhook = webhook;
  }

  /** There may be something in the room. */
  look(roomId: RoomId): void {
    if (this.#stopped) return;
    this.#waiting.add(roomId);
    this.#fill();
  }

  /** It will deliver nothing any more. */
  get isStopped(): boolean {
    return this.#stopped;
  }

  /** Since when the oldest entry waits that is next in its room, as far as that is known; null when none does. */
  get oldestMs(): number | null {
    return this.#undelivered.oldestMs;
  }

  /** Looks at all rooms, unless it is at it or has been lately. */
  sweep(): void {
    this.#sweep.begin();
  }

  /** Begins nothing more. Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    await Promise.all([this.#sweep.stop(), ...this.#working.values()]);
  }

  /** Gives up what is under way; whoever goes on sends it again. */
  abandon(): void {
    this.#stopping.abort();
  }

  #fill(): void {
    if (this.#deps.clock.nowMs() < this.#pausedUntilMs) return;
    for (const roomId of this.#waiting) {
      if (this.#stopped || this.#working.size >= ROOMS_MAX) return;
      if (this.#working.has(roomId)) continue;
      this.#waiting.delete(roomId);
      this.#working.set(roomId, this.#work(roomId));
    }
  }

  async #work(roomId: RoomId): Promise<void> {
    try {
      // One page, then it is the turn of another room.
      if (await this.#deliverPage(roomId)) this.#waiting.add(roomId);
    } catch (error) {
      // The sweep finds the room again.
      this.#deps.logger.warn({ webhookId: this.#webhook.id, roomId, error }, 'a webhook could not be served');
    } finally {
      this.#working.delete(roomId);
    }
    if (!this.#stopped) this.#fill();
  }

  /** True when there may be more. */
  async #deliverPage(roomId: RoomId): Promise<boolean> {
    const place = { webhookId: this.#webhook.id, roomId };
    const position = await this.#deps.webhooks.position(place);
    if ((position.nextAttemptAtMs ?? 0) > this.#deps.clock.nowMs()) return false;
    const afterSeq = position.seq;
    const entries = await this.#deps.log.ranges([{ roomId, afterSeq, toSeq: afterSeq + PAGE }]);
    let { seq: fromSeq, attempts } = position;
    for (const entry of entries) {
      if (!wants(this.#webhook, entry)) continue;
      if (this.#stopped || this.#deps.clock.nowMs() < this.#pausedUntilMs) return !this.#stopped;
      if (!(await this.#deliver(entry, { fromSeq, attempts }))) return false;
      fromSeq = entry.seq;
      attempts = 0;
    }
    const toSeq = entries.at(-1)?.seq ?? fromSeq;
    // What nobody wants to hear of is passed over in one step.
    if (toSeq > fromSeq) await this.#deps.webhooks.advance({ ...place, fromSeq, toSeq });
    return entries.length === PAGE;
  }

  /** True when the room goes on behind the entry. */
  async #deliver(entry: RoomEntry, { fromSeq, attempts }: { fromSeq: number; attempts: number }): Promise<boolean> {
    const { sender, webhooks, clock, probe } = this.#deps;
    const webhook = this.#webhook;
    const place = { webhookId: webhook.id, roomId: entry.roomId };
    const secrets = secretsAt(webhook, clock.nowMs());
    const request = { url: webhook.url, id: deliveryId(webhook.id, entry.id), secrets, entry };
    this.#undelivered.note(entry);
    const answer = await sender.send(request, this.#stopping.signal);
    if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
      this.#undelivered.delivered(entry.roomId);
      probe.webhook('accepted');
      const moved = await webhooks.advance({ ...place, fromSeq, toSeq: entry.seq });
      await this.#noteFailing(null);
      return moved;
    }
    // It was not the consumer who failed.
    if (this.#stopping.signal.aborted) return false;
    return this.#failed(entry, { fromSeq, attempts: attempts + 1, answer });
  }

  async #failed(
    entry: RoomEntry,
    { fromSeq, attempts, answer }: { fromSeq: number; attempts: number; answer: ports.WebhookAnswer },
  ): Promise<boolean> {
    const { webhooks, clock, logger, probe } = this.#deps;
    const { roomId, seq } = entry;
    const webhookId = this.#webhook.id;
    const { status, problem, retryAfterMs } = answer;
    const nowMs = clock.nowMs();
    logger.info({ webhookId, roomId, seq, attempts, status, problem }, 'a webhook was not accepted');
    probe.webhook('failed');
    if (status === 410) return this.#disable('gone');
    if (OVERLOADED.includes(status)) this.#pause(nowMs, retryAfterMs ?? BREATH_MS);
    const sinceMs = this.#webhook.failingSinceMs ?? nowMs;
    await this.#noteFailing(sinceMs);
    if (nowMs - sinceMs >= FAILING_MS_MAX) return this.#disable('failing');
    const waitMs = pauseMs(attempts, { chance: chanceOf(entry.id), askedMs: retryAfterMs });
    if (waitMs === null) {
      logger.warn({ webhookId, roomId, seq, status, attempts: ATTEMPTS_MAX }, 'a webhook was given up');
      probe.webhook('given_up');
      this.#undelivered.delivered(roomId);
      return webhooks.bury({ webhookId, roomId, fromSeq, seq, status, atMs: nowMs });
    }
    const nextAttemptAtMs = nowMs + waitMs;
    // What was passed over before it is passed over again: only a delivery or its end moves the position.
    // The sweep finds the room when it is time.
    await webhooks.postpone({ webhookId, roomId, seq: fromSeq, attempts, nextAttemptAtMs });
    return false;
  }

  #pause(nowMs: number, ms: number): void {
    // Each room keeps its own time; this only keeps the others from trying meanwhile.
    const waitMs = Math.min(ms, 60_000);
    this.#pausedUntilMs = nowMs + waitMs;
    this.#deps.scheduler.after(waitMs, () => this.#fill());
  }

  async #noteFailing(failingSinceMs: number | null): Promise<void> {
    if (this.#webhook.failingSinceMs === failingSinceMs) return;
    this.#webhook = { ...this.#webhook, failingSinceMs };
    await this.#deps.webhooks.update(this.#webhook.id, { failingSinceMs });
  }

  async #disable(disabledReason: DisabledReason): Promise<false> {
    const { webhooks, clock, logger, probe } = this.#deps;
    this.#stopped = true;
    void this.#sweep.stop();
    probe.webhook('disabled');
    this.#waiting.clear();
    await webhooks.update(this.#webhook.id, { disabledAtMs: clock.nowMs(), disabledReason });
    logger.error({ webhookId: this.#webhook.id, disabledReason }, 'a webhook was disabled');
    return false;
  }
}
