import { describe, expect, it } from 'vitest';
import type { RoomId } from '../../src/domain/room/room.ts';
import type { Webhook } from '../../src/domain/webhook/webhook.ts';
import { aRoomId, aWebhook } from '../support/builders.ts';
import { inParallel } from './concurrency.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { aPlace, storedMember, storedMessage, storedRoom } from './seed.ts';

const NOW = 1_700_000_500_000;
const FRESH = { attempts: 0, nextAttemptAtMs: null };

export function webhookStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`WebhookStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    keeping(current);
    beginnings(current);
    leases(current);
    moves(current);
    letters(current);
  });
}

async function stored(current: CurrentPersistence, overrides: Partial<Webhook> = {}): Promise<Webhook> {
  const webhook = aWebhook(overrides);
  await current().webhooks.add(webhook);
  return webhook;
}

async function aRoomOf(current: CurrentPersistence, entries: number): Promise<RoomId> {
  const place = await aPlace(current());
  for (let count = 0; count < entries; count += 1) await storedMessage(current(), place);
  return place.roomId;
}

function keeping(current: CurrentPersistence): void {
  it('gives back every field as it was, and what was changed', async () => {
    const full = await stored(current, {
      events: ['message.created', 'member.joined'],
      previousSecret: 'whsec_old',
      previousUntilMs: NOW + 1,
      disabledAtMs: NOW,
      disabledReason: 'gone',
      failingSinceMs: NOW - 1,
      url: `https://consumer.example/${'long'.repeat(200)}?q='"\\%_`,
    });
    const plain = await stored(current);
    const { webhooks } = current();
    expect(await webhooks.byId(full.id)).toEqual(full);
    expect(await webhooks.all()).toEqual([full, plain]);
    const change = { disabledAtMs: null, disabledReason: null, failingSinceMs: null, secret: 'whsec_new' };
    expect(await webhooks.update(full.id, change)).toBe(true);
    expect(await webhooks.byId(full.id)).toEqual({ ...full, ...change });
    expect(await webhooks.byId(plain.id)).toEqual(plain);
    expect(await webhooks.update(aWebhook().id, change)).toBe(false);
  });

  it('removes one with all that belongs to it, once', async () => {
    const [one, two] = [await stored(current), await stored(current)];
    const roomId = await aRoomOf(current, 2);
    const { webhooks } = current();
    for (const { id: webhookId } of [one, two]) {
      await webhooks.bury({ webhookId, roomId, fromSeq: 0, seq: 1, status: 500, atMs: NOW });
    }
    expect(await webhooks.remove(one.id)).toBe(true);
    expect(await webhooks.remove(one.id)).toBe(false);
    expect(await webhooks.all()).toEqual([two]);
    expect(await webhooks.position({ webhookId: one.id, roomId })).toEqual({ seq: 0, ...FRESH });
    expect(await webhooks.deadLetters(one.id, 10)).toEqual([]);
    expect(await webhooks.position({ webhookId: two.id, roomId })).toEqual({ seq: 1, ...FRESH });
    expect(await webhooks.deadLetters(two.id, 10)).toHaveLength(1);
  });
}

function beginnings(current: CurrentPersistence): void {
  const backlogOf = async (webhook: Webhook) =>
    (await current().webhooks.backlog({ webhookId: webhook.id, afterRoomId: null, limit: 100 })).rooms;

  it('starts behind what is there, and at the beginning of a room that comes later or was empty', async () => {
    const old = await aPlace(current());
    await storedMessage(current(), old);
    await storedMessage(current(), old);
    const empty = await aPlace(current());
    const webhook = await stored(current);
    expect(await backlogOf(webhook)).toEqual([]);
    await storedMessage(current(), old);
    await storedMessage(current(), empty);
    const later = await aRoomOf(current, 2);
    expect(await backlogOf(webhook)).toEqual([
      { roomId: old.roomId, seq: 2, ...FRESH },
      { roomId: empty.roomId, seq: 0, ...FRESH },
      { roomId: later, seq: 0, ...FRESH },
    ]);
  });

  it('starts behind what is there in more rooms than a page', async () => {
    const { createdBy } = await storedRoom(current());
    const roomIds: RoomId[] = [];
    for (let made = 0; made < 520; made += 20) {
      const rooms = await inParallel(20, () => storedRoom(current(), { createdBy }));
      roomIds.push(...rooms.map(({ id }) => id));
    }
    for (const roomId of [roomIds[3], roomIds[510]] as RoomId[]) {
      await storedMember(current(), { roomId, userId: createdBy });
      await storedMessage(current(), { roomId, senderId: createdBy });
    }
    expect(await backlogOf(await stored(current))).toEqual([]);
  });

  it('looks at rooms page by page', async () => {
    const webhook = await stored(current);
    const [a, b, c] = [await aRoomOf(current, 1), await aRoomOf(current, 0), await aRoomOf(current, 3)];
    const page = (afterRoomId: RoomId | null) =>
      current().webhooks.backlog({ webhookId: webhook.id, afterRoomId, limit: 2 });
    expect(await page(null)).toEqual({ rooms: [{ roomId: a, seq: 0, ...FRESH }], lastRoomId: b });
    expect(await page(b)).toEqual({ rooms: [{ roomId: c, seq: 0, ...FRESH }], lastRoomId: null });
    expect(await page(c)).toEqual({ rooms: [], lastRoomId: null });
  });
}

function leases(current: CurrentPersistence): void {
  it('leases to one owner until the time is over or it is released', async () => {
    const { id } = await stored(current);
    const other = await stored(current);
    const { webhooks } = current();
    const take = (owner: string, nowMs: number) => webhooks.lease(id, { owner, nowMs, untilMs: nowMs + 10 });
    expect(await take('a', NOW)).toBe(true);
    expect(await take('b', NOW + 9)).toBe(false);
    expect(await take('a', NOW + 9)).toBe(true);
    expect(await take('b', NOW + 18)).toBe(false);
    expect(await webhooks.lease(other.id, { owner: 'b', nowMs: NOW, untilMs: NOW + 1 })).toBe(true);
    expect(await take('b', NOW + 19)).toBe(true);
    await webhooks.release(id, 'a');
    expect(await take('a', NOW + 19)).toBe(false);
    await webhooks.release(id, 'b');
    expect(await take('a', NOW + 19)).toBe(true);
    expect(await webhooks.lease(aWebhook().id, { owner: 'a', nowMs: NOW, untilMs: NOW + 1 })).toBe(false);
  });

  it('gives it to one of many who ask at once', async () => {
    const { id } = await stored(current);
    const taken = await inParallel(8, (n) =>
      current().webhooks.lease(id, { owner: `owner ${n}`, nowMs: NOW, untilMs: NOW + 10 }),
    );
    expect(taken.filter(Boolean)).toHaveLength(1);
  });
}

function moves(current: CurrentPersistence): void {
  it('moves on from where it is, and from nowhere else', async () => {
    const { id: webhookId } = await stored(current);
    const place = { webhookId, roomId: await aRoomOf(current, 9) };
    const { webhooks } = current();
    expect(await webhooks.advance({ ...place, fromSeq: 1, toSeq: 2 })).toBe(false);
    expect(await webhooks.advance({ ...place, fromSeq: 0, toSeq: 3 })).toBe(true);
    expect(await webhooks.advance({ ...place, fromSeq: 0, toSeq: 4 })).toBe(false);
    expect(await webhooks.postpone({ ...place, seq: 3, attempts: 2, nextAttemptAtMs: NOW })).toBe(true);
    expect(await webhooks.position(place)).toEqual({ seq: 3, attempts: 2, nextAttemptAtMs: NOW });
    expect(await webhooks.postpone({ ...place, seq: 2, attempts: 3, nextAttemptAtMs: NOW })).toBe(false);
    expect(await webhooks.advance({ ...place, fromSeq: 3, toSeq: 4 })).toBe(true);
    expect(await webhooks.position(place)).toEqual({ seq: 4, ...FRESH });
    expect(await webhooks.position({ ...place, roomId: aRoomId() })).toEqual({ seq: 0, ...FRESH });
  });

  it('postpones the first entry of a room too', async () => {
    const { id: webhookId } = await stored(current);
    const place = { webhookId, roomId: await aRoomOf(current, 1) };
    const { webhooks } = current();
    expect(await webhooks.postpone({ ...place, seq: 0, attempts: 1, nextAttemptAtMs: NOW })).toBe(true);
    expect(await webhooks.postpone({ ...place, seq: 0, attempts: 2, nextAttemptAtMs: NOW + 1 })).toBe(true);
    expect((await webhooks.backlog({ webhookId, afterRoomId: null, limit: 5 })).rooms).toEqual([
      { roomId: place.roomId, seq: 0, attempts: 2, nextAttemptAtMs: NOW + 1 },
    ]);
    await webhooks.hurry(webhookId);
    expect(await webhooks.position(place)).toEqual({ seq: 0, ...FRESH });
  });

  it('goes back, which whoever is delivering then finds out', async () => {
    const { id: webhookId } = await stored(current);
    const place = { webhookId, roomId: await aRoomOf(current, 9) };
    const { webhooks } = current();
    await webhooks.advance({ ...place, fromSeq: 0, toSeq: 7 });
    await webhooks.rewind({ ...place, seq: 2 });
    expect(await webhooks.advance({ ...place, fromSeq: 7, toSeq: 8 })).toBe(false);
    expect(await webhooks.position(place)).toEqual({ seq: 2, ...FRESH });
    await webhooks.rewind({ ...place, roomId: await aRoomOf(current, 1), seq: 0 });
  });
}

function letters(current: CurrentPersistence): void {
  it('notes what was given up and moves behind it, both or neither', async () => {
    const { id: webhookId } = await stored(current);
    const place = { webhookId, roomId: await aRoomOf(current, 9) };
    const { webhooks } = current();
    const first = { ...place, seq: 3, status: null, atMs: NOW };
    const second = { ...place, seq: 5, status: 503, atMs: NOW + 1 };
    expect(await webhooks.bury({ ...first, fromSeq: 1 })).toBe(false);
    expect(await webhooks.deadLetters(webhookId, 10)).toEqual([]);
    expect(await webhooks.bury({ ...first, fromSeq: 0 })).toBe(true);
    expect(await webhooks.bury({ ...second, fromSeq: 3 })).toBe(true);
    expect(await webhooks.position(place)).toEqual({ seq: 5, ...FRESH });
    expect(await webhooks.deadLetters(webhookId, 10)).toEqual([second, first]);
    expect(await webhooks.deadLetters(webhookId, 1)).toEqual([second]);
    await webhooks.rewind({ ...place, seq: 0 });
    const again = { ...first, status: 500, atMs: NOW + 2 };
    expect(await webhooks.bury({ ...again, fromSeq: 0 })).toBe(true);
    expect(await webhooks.deadLetters(webhookId, 10)).toEqual([again, second]);
  });
}
