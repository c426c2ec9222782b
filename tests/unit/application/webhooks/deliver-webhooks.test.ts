import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryPersistence } from '../../../../src/adapters/outbound/memory/create-memory-persistence.ts';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { InMemoryWebhookSender } from '../../../../src/adapters/outbound/memory/in-memory-webhook-sender.ts';
import { InMemoryHub, InMemoryRoomBus } from '../../../../src/adapters/outbound/memory/in-memory-room-bus.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { ManualScheduler } from '../../../../src/adapters/outbound/memory/manual-scheduler.ts';
import { silentProbe } from '../../../../src/adapters/outbound/memory/silent-probe.ts';
import type { WebhookAnswer, WebhookOutcome } from '../../../../src/application/ports/index.ts';
import { DeliverWebhooks, LEASE_MS } from '../../../../src/application/webhooks/deliver-webhooks.ts';
import { SWEEP_MS } from '../../../../src/application/webhooks/room-sweep.ts';
import type { Webhook } from '../../../../src/domain/webhook/webhook.ts';
import { aPlace, storedChange, storedMessage } from '../../../contract/seed.ts';
import { aWebhook } from '../../../support/builders.ts';

const DAY_MS = 24 * 60 * 60_000;
const status = (code: number, retryAfterMs: number | null = null): WebhookAnswer => ({
  status: code,
  retryAfterMs,
  problem: null,
});

describe('the delivery of webhooks', () => {
  let world: ReturnType<typeof makeWorld>;
  beforeEach(() => {
    world = makeWorld();
  });

  function makeWorld() {
    const clock = new ManualClock();
    const logger = new InMemoryLogger();
    const scheduler = new ManualScheduler({ clock, logger });
    const persistence = createMemoryPersistence();
    const sender = new InMemoryWebhookSender();
    const { webhooks, log } = persistence;
    const hub = new InMemoryHub();
    const outcomes: WebhookOutcome[] = [];
    const probe = { ...silentProbe, webhook: (outcome: WebhookOutcome) => void outcomes.push(outcome) };
    const shared = { webhooks, log, sender, scheduler, clock, logger, probe, drainMs: 1_000 };
    const node = (nodeId: string) => {
      const bus = new InMemoryRoomBus(hub);
      const made = new DeliverWebhooks({ ...shared, bus, nodeId });
      bus.listen({
        news: () => undefined,
        nodeNews: (news) => news.type === 'rooms_changed' && made.lookAt(news.roomIds),
        missed: () => undefined,
      });
      made.start();
      return made;
    };
    const sentSeqs = () => sender.sent.map(({ entry }) => entry?.seq);
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += SWEEP_MS) await scheduler.advance(Math.min(SWEEP_MS, ms - passed));
    };
    return { clock, scheduler, persistence, webhooks, sender, logger, node, sentSeqs, pass, outcomes };
  }

  const added = async (overrides: Partial<Webhook> = {}) => {
    const webhook = aWebhook(overrides);
    await world.webhooks.add(webhook);
    return webhook;
  };
  const aRoomOf = async (entries: number) => {
    const place = await aPlace(world.persistence);
    for (let n = 0; n < entries; n += 1) await storedMessage(world.persistence, place);
    return place;
  };

  it('sends what was stored before anybody looked, over pages, each entry once', async () => {
    const { id } = await added();
    const { roomId } = await aRoomOf(120);
    world.node('a');
    await world.pass(20_000);
    expect(world.sentSeqs()).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(await world.webhooks.position({ webhookId: id, roomId })).toMatchObject({ seq: 120 });
  });

  it('sends at once what it is told of, without waiting for a sweep', async () => {
    await added();
    const node = world.node('a');
    await world.pass(SWEEP_MS);
    const place = await aPlace(world.persistence);
    const entry = await storedMessage(world.persistence, place);
    node.committed([entry]);
    await world.scheduler.advance(0);
    expect(world.sender.sent).toMatchObject([{ entry }]);
  });

  it('passes over what nobody wants, and goes on behind it', async () => {
    const { id } = await added({ events: ['member.left'] });
    const place = await aRoomOf(70);
    await storedChange(world.persistence, place, { type: 'member_left', userId: place.senderId });
    await storedMessage(world.persistence, place);
    world.node('a');
    await world.pass(20_000);
    expect(world.sentSeqs()).toEqual([71]);
    expect(await world.webhooks.position({ webhookId: id, roomId: place.roomId })).toMatchObject({ seq: 72 });
  });

  it('tries again in its time, then gives the entry up and goes on with the room', async () => {
    const { id: webhookId } = await added();
    const { roomId } = await aRoomOf(2);
    world.sender.answer = ({ entry }) => status(entry?.seq === 1 ? 500 : 200);
    world.node('a');
    await world.pass(20_000);
    expect(world.sentSeqs()).toEqual([1, 1]);
    await world.scheduler.advance(4 * DAY_MS);
    expect(world.sentSeqs()).toEqual([...Array<number>(10).fill(1), 2]);
    expect(await world.webhooks.deadLetters(webhookId, 10)).toMatchObject([{ roomId, seq: 1, status: 500 }]);
    expect(new Set(world.sender.sent.map(({ id }) => id)).size).toBe(2);
    expect(await world.webhooks.byId(webhookId)).toMatchObject({ failingSinceMs: null });
    expect(world.outcomes).toEqual([...Array<string>(10).fill('failed'), 'given_up', 'accepted']);
  }, 60_000);

  it('knows how old is what waits, also when it has failed on another node', async () => {
    await added();
    const place = await aPlace(world.persistence);
    const { createdAtMs } = await storedMessage(world.persistence, place);
    world.sender.answer = () => status(500);
    const a = world.node('a');
    await world.pass(20_000);
    expect(a.oldestMs).toBe(createdAtMs);
    await a.stop();
    const b = world.node('b');
    await world.scheduler.advance(2_000);
    const attempts = world.sender.sent.length;
    expect(b.oldestMs).toBe(createdAtMs);
    expect(world.sender.sent).toHaveLength(attempts);
    world.sender.answer = () => status(200);
    await world.pass(10 * 60_000);
    expect(b.oldestMs).toBeNull();
  });

  it('forgets what waits no more because somebody has moved on', async () => {
    const { id: webhookId } = await added();
    const { roomId } = await aRoomOf(1);
    world.sender.answer = () => status(500);
    const node = world.node('a');
    await world.pass(20_000);
    expect(node.oldestMs).not.toBeNull();
    await world.webhooks.rewind({ webhookId, roomId, seq: 1 });
    await world.pass(10_000);
    expect(node.oldestMs).toBeNull();
  });

  it('sends at once what another node has stored', async () => {
    await added();
    world.node('a');
    const b = world.node('b');
    await world.pass(2 * SWEEP_MS);
    const place = await aPlace(world.persistence);
    const other = await aPlace(world.persistence);
    const entries = [await storedMessage(world.persistence, place), await storedMessage(world.persistence, other)];
    for (const entry of entries) b.committed([entry]);
    await world.scheduler.advance(150);
    expect(world.sender.sent.map(({ entry }) => entry?.id)).toEqual(entries.map(({ id }) => id));
  });

  it('says nothing to others where it delivers to all webhooks itself', async () => {
    await added();
    const a = world.node('a');
    await world.pass(2 * SWEEP_MS);
    const b = world.node('b');
    const heard: unknown[] = [];
    b.lookAt = (roomIds) => void heard.push(roomIds);
    a.committed([await storedMessage(world.persistence, await aPlace(world.persistence))]);
    await world.scheduler.advance(150);
    expect(heard).toEqual([]);
  });

  it('looks at all rooms less often where that takes long', async () => {
    await added();
    const looked: number[] = [];
    const backlog = world.webhooks.backlog.bind(world.webhooks);
    world.webhooks.backlog = async (request) => {
      looked.push(world.clock.nowMs());
      world.clock.advance(1_000);
      return backlog(request);
    };
    world.node('a');
    await world.pass(100_000);
    const pauses = looked.slice(1).map((atMs, index) => atMs - (looked[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(20_000);
    expect(looked.length).toBeGreaterThan(2);
  });

  it('disables what has accepted nothing for five days, and keeps its place', async () => {
    const { id: webhookId } = await added({ failingSinceMs: world.clock.nowMs() - 5 * DAY_MS });
    const { roomId } = await aRoomOf(2);
    world.sender.answer = () => status(500);
    world.node('a');
    await world.pass(30_000);
    expect(world.sentSeqs()).toEqual([1]);
    expect(await world.webhooks.byId(webhookId)).toMatchObject({ disabledReason: 'failing' });
    expect(await world.webhooks.position({ webhookId, roomId })).toMatchObject({ seq: 0 });
  });

  it('leaves a consumer alone that is overloaded, as long as it asks', async () => {
    await added();
    await aRoomOf(1);
    await aRoomOf(1);
    world.sender.answer = async () => {
      await world.persistence.ping();
      return status(429, 40_000);
    };
    world.node('a');
    await world.pass(20_000);
    expect(world.sender.sent).toHaveLength(2);
    world.sender.answer = () => status(200);
    await world.pass(20_000);
    expect(world.sender.sent).toHaveLength(2);
    await world.pass(15_000);
    expect(world.sender.sent).toHaveLength(4);
  });

  it('serves at most four rooms at a time, and one entry of each', async () => {
    await added();
    for (let n = 0; n < 6; n += 1) await aRoomOf(2);
    const answers: (() => void)[] = [];
    world.sender.answer = () => new Promise((resolve) => answers.push(() => resolve(status(200))));
    world.node('a');
    await world.pass(SWEEP_MS);
    expect(world.sentSeqs()).toEqual([1, 1, 1, 1]);
    answers.shift()?.();
    await world.scheduler.advance(0);
    expect(world.sentSeqs()).toEqual([1, 1, 1, 1, 2]);
  });

  it('delivers from one node at a time, and from another when that one is gone', async () => {
    await added();
    const a = world.node('a');
    const b = world.node('b');
    const place = await aRoomOf(3);
    await world.pass(20_000);
    expect(world.sentSeqs()).toEqual([1, 2, 3]);
    await a.stop();
    await b.stop();
    const { clock } = world;
    const [{ id }] = (await world.webhooks.all()) as [Webhook];
    await world.webhooks.lease(id, { owner: 'dead', nowMs: clock.nowMs(), untilMs: clock.nowMs() + LEASE_MS });
    world.node('c');
    await storedMessage(world.persistence, place);
    await world.pass(LEASE_MS - 2_500);
    expect(world.sentSeqs()).toEqual([1, 2, 3]);
    await world.pass(15_000);
    expect(world.sentSeqs()).toEqual([1, 2, 3, 4]);
  });

  it('begins nothing more when it stops, waits for what is under way, and gives the lease back', async () => {
    const { id } = await added();
    await aRoomOf(3);
    let finish = () => undefined as void;
    world.sender.answer = () => new Promise((resolve) => (finish = () => resolve(status(200))));
    const node = world.node('a');
    await world.pass(SWEEP_MS);
    const stopped = node.stop();
    finish();
    await stopped;
    await world.pass(30_000);
    expect(world.sentSeqs()).toEqual([1]);
    const { clock } = world;
    const lease = { owner: 'b', nowMs: clock.nowMs(), untilMs: clock.nowMs() + 1 };
    expect(await world.webhooks.lease(id, lease)).toBe(true);
  });

  it('gives up what does not end in time, which counts for no failure', async () => {
    const { id: webhookId } = await added();
    const { roomId } = await aRoomOf(1);
    world.sender.answer = () => new Promise(() => undefined);
    const node = world.node('a');
    await world.pass(SWEEP_MS);
    const stopped = node.stop();
    await world.scheduler.advance(1_000);
    await stopped;
    expect(await world.webhooks.position({ webhookId, roomId })).toEqual({
      seq: 0,
      attempts: 0,
      nextAttemptAtMs: null,
    });
  });

  it('sends nothing to what is disabled, and all of it once it is enabled', async () => {
    const { id } = await added({ disabledAtMs: 1, disabledReason: 'operator' });
    await aRoomOf(2);
    world.node('a');
    await world.pass(20_000);
    expect(world.sentSeqs()).toEqual([]);
    await world.webhooks.update(id, { disabledAtMs: null, disabledReason: null });
    await world.pass(10_000);
    expect(world.sentSeqs()).toEqual([1, 2]);
  });
});
