import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { Webhook, WebhookId } from '../../domain/webhook/webhook.ts';
import type * as ports from '../ports/index.ts';
import { WebhookCourier, type CourierDeps } from './webhook-courier.ts';

/** How often webhooks are looked up: a change by an operator is found within this time. */
export const LOOK_MS = 2_000;
/** How often all rooms are looked at: what nobody said is found within this time. */
export const SWEEP_MS = 5_000;
/** How long a webhook waits for another node after the one that delivered has died. */
export const LEASE_MS = 10_000;

interface DeliverWebhooksDeps extends CourierDeps {
  /** In whose name leases are taken; another one in every life of the process. */
  readonly nodeId: string;
  /** What is under way at the end is waited for so long, then given up. */
  readonly drainMs: number;
}

/** Delivers the log to the webhooks whose leases this node can get. Any number of nodes may run it. */
export class DeliverWebhooks {
  readonly #deps: DeliverWebhooksDeps;
  readonly #couriers = new Map<WebhookId, WebhookCourier>();
  #cancel: ports.Cancel | null = null;
  #round: Promise<void> = Promise.resolve();
  #sweepAtMs = 0;
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
    if (this.#couriers.size === 0) return;
    for (const { roomId } of entries) for (const courier of this.#couriers.values()) courier.look(roomId);
  }

  /** Looks now for webhooks and, now and then, at all rooms. */
  async look(): Promise<void> {
    const { webhooks, clock } = this.#deps;
    const all = await webhooks.all();
    const live = all.filter(({ disabledAtMs }) => disabledAtMs === null);
    const gone = [...this.#couriers.keys()].filter((id) => !live.some((webhook) => webhook.id === id));
    for (const id of gone) await this.#letGo(id);
    const fresh: WebhookCourier[] = [];
    for (const webhook of live) {
      const isNew = !this.#couriers.has(webhook.id);
      const courier = await this.#courierOf(webhook);
      if (courier && isNew) fresh.push(courier);
    }
    const nowMs = clock.nowMs();
    const isDue = nowMs >= this.#sweepAtMs || nowMs < this.#sweepAtMs - SWEEP_MS;
    if (isDue) this.#sweepAtMs = nowMs + SWEEP_MS;
    for (const courier of isDue ? this.#couriers.values() : fresh) courier.sweep();
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
