import type { RoomId } from '../../domain/room/room.ts';
import {
  ROTATION_MS,
  secretOf,
  secretsAt,
  type Webhook,
  type WebhookEvent,
  type WebhookId,
} from '../../domain/webhook/webhook.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

interface ManageWebhooksDeps {
  readonly webhooks: ports.WebhookStore;
  readonly log: ports.RoomLog;
  readonly sender: ports.WebhookSender;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** What an operator does with webhooks. Live nodes find a change within seconds. */
export class ManageWebhooks {
  readonly #deps: ManageWebhooksDeps;

  constructor(deps: ManageWebhooksDeps) {
    this.#deps = deps;
  }

  /** Throws VALIDATION_FAILED when nothing can be sent there. `events` null: all. */
  async add(url: string, events: readonly WebhookEvent[] | null): Promise<Webhook> {
    const { webhooks, sender, ids, clock, logger } = this.#deps;
    const refusal = sender.refusalOf(url);
    if (refusal !== null) throw new AppError('VALIDATION_FAILED', { message: refusal });
    const webhook: Webhook = {
      id: ids.uuid() as WebhookId,
      url,
      secret: secretOf(ids.secret()),
      previousSecret: null,
      previousUntilMs: null,
      events,
      createdAtMs: clock.nowMs(),
      disabledAtMs: null,
      disabledReason: null,
      failingSinceMs: null,
    };
    await webhooks.add(webhook);
    logger.info({ webhookId: webhook.id }, 'a webhook was added');
    return webhook;
  }

  list(): Promise<readonly Webhook[]> {
    return this.#deps.webhooks.all();
  }

  /** One request of the type `webhook.test`, now, also when it is disabled. */
  async test(id: WebhookId): Promise<ports.WebhookAnswer> {
    const { sender, ids, clock } = this.#deps;
    const webhook = await this.#found(id);
    const secrets = secretsAt(webhook, clock.nowMs());
    return sender.send({ url: webhook.url, id: `test_${ids.uuid()}`, secrets, entry: null });
  }

  /** The secret before signs as well for a day, so that a consumer can change over. */
  async rotateSecret(id: WebhookId): Promise<Webhook> {
    const { ids, clock } = this.#deps;
    const webhook = await this.#found(id);
    const previousUntilMs = clock.nowMs() + ROTATION_MS;
    const change = { secret: secretOf(ids.secret()), previousSecret: webhook.secret, previousUntilMs };
    await this.#update(id, change, 'the secret of a webhook was changed');
    return { ...webhook, ...change };
  }

  async disable(id: WebhookId): Promise<void> {
    const disabledAtMs = this.#deps.clock.nowMs();
    await this.#update(id, { disabledAtMs, disabledReason: 'operator' }, 'a webhook was disabled');
  }

  /** Goes on where it was, at once: what happened meanwhile is delivered. */
  async enable(id: WebhookId): Promise<void> {
    const change = { disabledAtMs: null, disabledReason: null, failingSinceMs: null };
    await this.#found(id);
    await this.#deps.webhooks.hurry(id);
    await this.#update(id, change, 'a webhook was enabled');
  }

  async remove(id: WebhookId): Promise<void> {
    if (!(await this.#deps.webhooks.remove(id))) throw notFound();
    this.#deps.logger.info({ webhookId: id }, 'a webhook was removed');
  }

  /** Delivers the room again from this entry on. Resolves to how many entries there are. Throws ROOM_NOT_FOUND. */
  async replay(id: WebhookId, roomId: RoomId, fromSeq: number): Promise<number> {
    const { webhooks, log, logger } = this.#deps;
    await this.#found(id);
    const head = await log.head(roomId);
    if (head === 0) throw new AppError('ROOM_NOT_FOUND', { message: 'There is no such room, or nothing in it.' });
    const seq = Math.min(fromSeq - 1, head);
    await webhooks.rewind({ webhookId: id, roomId, seq });
    logger.info({ webhookId: id, roomId, fromSeq }, 'a webhook is told again');
    return head - seq;
  }

  async deadLetters(id: WebhookId, limit: number): Promise<readonly ports.DeadLetter[]> {
    await this.#found(id);
    return this.#deps.webhooks.deadLetters(id, limit);
  }

  async #update(id: WebhookId, change: Partial<Webhook>, message: string): Promise<void> {
    if (!(await this.#deps.webhooks.update(id, change))) throw notFound();
    this.#deps.logger.info({ webhookId: id }, message);
  }

  async #found(id: WebhookId): Promise<Webhook> {
    const webhook = await this.#deps.webhooks.byId(id);
    if (!webhook) throw notFound();
    return webhook;
  }
}

const notFound = () => new AppError('NOT_FOUND', { message: 'There is no such webhook.' });
