import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { Webhook, WebhookId } from '../../domain/webhook/webhook.ts';
import type * as ports from '../ports/index.ts';
import { WebhookCourier, type CourierDeps } from './webhook-courier.ts';

/** How often webhooks are looked up: a change by an operator is found within this time. */
export const LOOK_MS = 2_000;
/** How long a webhook waits for another node after the one that delivered has died. */
export const LEASE_MS = 10_000;
/** The node that delivers is told so often at most of rooms in which others have written. */
const GATHER_MS = 100;
const ROOMS_TOLD_MAX = 1_000;

interface DeliverWebhooksDeps extends CourierDeps {
  /** In whose name leases are taken; another one in every life of the process. */
  readonly nodeId: string;
  /** What is under way at the end is waited for so long, then given up. */
  readonly drainMs: number;
  readonly bus: Pick<ports.RoomBus, 'tellAll'>;
}

/** Delivers the log to the webhooks whose leases this node can get. Any number of nodes may run it. */
export class DeliverWebhooks {
  readonly #deps: DeliverWebhooksDeps;
  readonly #couriers = new Map<WebhookId, WebhookCourier>();
  #cancel: ports.Cancel | null = null;
  #round: Promise<void> = Promise.resolve();
  /** Rooms that the nodes who deliver have to hear of. */
  #changed = new Set<RoomId>();
  #isElsewhere = false;
  #stopped = false;

  constructor(deps: DeliverWebhooksDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.scheduler.after(LOOK_MS, async () => {
      this.#round = this.#lookOrWarn();
      await this.#round;
      this.start();
    });
  }

  /** These have been committed. A hint: what is not said is found by the sweep. */
  committed(entries: readonly RoomEntry[]): void {
    if (this.#couriers.size > 0) this.lookAt(entries.map(({ roomId }) => roomId));
    if (!this.#isElsewhere || this.#stopped) return;
    if (this.#changed.size === 0) this.#deps.scheduler.after(GATHER_MS, () => this.#tellOthers());
    for (const { roomId } of entries) this.#changed.add(roomId);
  }

  /** There may be something in these rooms; said by another node, or known here. */
  lookAt(roomIds: readonly RoomId[]): void {
    for (const courier of this.#couriers.values()) for (const roomId of roomIds) courier.look(roomId);
  }

  /** Since when the oldest entry waits that this node has to deliver, as far as is known; null when none does. */
  get oldestMs(): number | null {
    const waiting = [...this.#couriers.values()].flatMap(({ oldestMs }) => oldestMs ?? []);
    return waiting.length === 0 ? null : Math.min(...waiting);
  }

  /** Looks now for webhooks and, now and then, at all rooms. */
  async look(): Promise<void> {
    const all = await this.#deps.webhooks.all();
    const live = all.filter(({ disabledAtMs }) => disabledAtMs === null);
    const gone = [...this.#couriers.keys()].filter((id) => !live.some((webhook) => webhook.id === id));
    for (const id of gone) await this.#letGo(id);
    let isElsewhere = false;
    for (const webhook of live) {
      const courier = await this.#courierOf(webhook);
      courier?.sweep();
      isElsewhere ||= courier === null;
    }
    this.#isElsewhere = isElsewhere;
  }

  /** Begins nothing more, waits a while for what is under way, and leaves the rest to another node or another time. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel?.();
    const couriers = [...this.#couriers.values()];
    const cancel = this.#deps.scheduler.after(this.#deps.drainMs, () => {
      for (const courier of couriers) courier.abandon();
    });
    await Promise.all([this.#round, ...couriers.map((courier) => courier.stop())]);
    cancel();
    for (const id of this.#couriers.keys()) await this.#release(id);
    this.#couriers.clear();
  }

  #tellOthers(): void {
    const roomIds = [...this.#changed];
    this.#changed = new Set();
    for (let start = 0; start < roomIds.length; start += ROOMS_TOLD_MAX) {
      this.#deps.bus.tellAll({ type: 'rooms_changed', roomIds: roomIds.slice(start, start + ROOMS_TOLD_MAX) });
    }
  }

  async #courierOf(webhook: Webhook): Promise<WebhookCourier | null> {
    const { webhooks, clock, nodeId } = this.#deps;
    const nowMs = clock.nowMs();
    if (this.#stopped || !(await webhooks.lease(webhook.id, { owner: nodeId, nowMs, untilMs: nowMs + LEASE_MS }))) {
      await this.#letGo(webhook.id);
      return null;
    }
    const known = this.#couriers.get(webhook.id);
    // One that has disabled the webhook is done, even if an operator was quick to enable it.
    const courier = known && !known.isStopped ? known : new WebhookCourier(this.#deps, webhook);
    courier.webhook = webhook;
    this.#couriers.set(webhook.id, courier);
    return courier;
  }

  /** Another node has it, or nobody should: what is under way is of no use any more. */
  async #letGo(id: WebhookId): Promise<void> {
    const courier = this.#couriers.get(id);
    if (!courier) return;
    this.#couriers.delete(id);
    courier.abandon();
    await courier.stop();
  }

  async #release(id: WebhookId): Promise<void> {
    await this.#deps.webhooks.release(id, this.#deps.nodeId).catch((error: unknown) => {
      this.#deps.logger.warn({ webhookId: id, error }, 'the lease of a webhook could not be given back');
    });
  }

  async #lookOrWarn(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.#deps.logger.warn({ error }, 'the webhooks could not be looked up');
    }
  }
}
