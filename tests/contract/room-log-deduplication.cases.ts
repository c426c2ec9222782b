import { expect, it } from 'vitest';
import type { Appended, MessageDraft } from '../../src/application/ports/index.ts';
import { aMessageDraft } from '../support/builders.ts';
import { ascending, inParallel, upTo } from './concurrency.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, logOf, seqsOf, storedChange, storedMessage, storedMember } from './seed.ts';

export function deduplicationCases(current: CurrentPersistence): void {
  repeats(current);
  scope(current);
  mixtures(current);
  lookups(current);
}

function repeats(current: CurrentPersistence): void {
  it('makes one entry of ten parallel sends with one key', async () => {
    const place = await aPlace(current());
    const drafts = Array.from({ length: 10 }, () => aMessageDraft({ ...place, clientMessageId: 'one' }));
    const appended = await Promise.all(drafts.map((draft) => current().log.append(draft)));
    const [first] = appended.filter((one) => !one.deduplicated);
    expect(appended.filter((one) => one.deduplicated)).toHaveLength(9);
    for (const { entry } of appended) expect(entry).toEqual(first?.entry);
    expect(drafts.map((draft) => draft.id)).toContain(first?.entry.id);
    expect(await logOf(current(), place.roomId)).toEqual([first?.entry]);
  });

  it('answers a later repeat with the first entry unchanged, whatever it says', async () => {
    const place = await aPlace(current());
    const first = await storedMessage(current(), { ...place, clientMessageId: 'k', content: 'the original' });
    await storedMessage(current(), place);
    await storedChange(current(), place);
    for (const content of ['another text', 'the original']) {
      const repeat = aMessageDraft({ ...place, clientMessageId: 'k', content });
      expect(await current().log.append(repeat)).toEqual({ entry: first, deduplicated: true });
      expect(await current().log.byId(repeat.id)).toBeNull();
    }
    expect(await seqsOf(current(), place.roomId)).toEqual([1, 2, 3]);
  });

  it('takes the very same draft, sent again, for a repeat', async () => {
    const draft = aMessageDraft(await aPlace(current()));
    const { entry } = await current().log.append(draft);
    expect(await inParallel(3, () => current().log.append(draft))).toEqual(
      Array.from({ length: 3 }, () => ({ entry, deduplicated: true })),
    );
  });

  it('never takes messages without a key for repeats', async () => {
    const place = await aPlace(current());
    const appended = await inParallel(8, () =>
      current().log.append(aMessageDraft({ ...place, clientMessageId: null, content: 'same' })),
    );
    expect(appended.some((one) => one.deduplicated)).toBe(false);
    expect(await seqsOf(current(), place.roomId)).toEqual(upTo(8));
    expect(await logOf(current(), place.roomId)).toMatchObject(appended.map(() => ({ clientMessageId: null })));
  });
}

function scope(current: CurrentPersistence): void {
  it('keeps one key of several senders in several rooms apart, one by one and in parallel', async () => {
    const [room, other] = [await aPlace(current()), await aPlace(current())];
    const places = [room, { ...room, senderId: other.senderId }, other, { ...other, senderId: room.senderId }];
    for (const [one, guest] of [[room, other] as const, [other, room] as const]) {
      await storedMember(current(), { roomId: one.roomId, userId: guest.senderId });
    }
    const send = (place: Partial<MessageDraft>, clientMessageId: string) =>
      current().log.append(aMessageDraft({ ...place, clientMessageId }));
    const parallel = await Promise.all(places.map((place) => send(place, 'p')));
    expect(parallel.map((one) => one.deduplicated)).toEqual([false, false, false, false]);
    for (const place of places) expect((await send(place, 's')).deduplicated).toBe(false);
    for (const [index, place] of places.entries()) {
      expect(await send(place, 'p')).toEqual({ entry: parallel[index]?.entry, deduplicated: true });
    }
  });

  it.each([false, true])('compares keys exactly (started in parallel: %j)', async (inOneGo) => {
    const place = await aPlace(current());
    // A case, an accent, a width, a trailing or leading space, a number: all of them are other keys.
    const keys = [
      'key',
      'KEY',
      'Key',
      'k\u00e9y',
      'ke\u0301y',
      '\uff4bey',
      'key ',
      ' key',
      'key\u00a0',
      '1',
      '01',
      '1.0',
    ];
    const drafts = keys.map((clientMessageId) => aMessageDraft({ ...place, clientMessageId }));
    const appended: Appended[] = [];
    if (inOneGo) appended.push(...(await Promise.all(drafts.map((draft) => current().log.append(draft)))));
    else for (const draft of drafts) appended.push(await current().log.append(draft));
    expect(appended.map((one) => one.deduplicated)).toEqual(keys.map(() => false));
    for (const [index, key] of keys.entries()) {
      const entry = await current().log.findByClientMessageId(place.roomId, place.senderId, key);
      expect(entry).toEqual(appended[index]?.entry);
    }
  });
}

function mixtures(current: CurrentPersistence): void {
  it('leaves no gap when repeats and fresh messages are sent together', async () => {
    const place = await aPlace(current());
    const other = { ...place, senderId: (await storedMember(current(), { roomId: place.roomId })).userId };
    const stored = await inParallel(5, (index) => storedMessage(current(), { ...place, clientMessageId: `k${index}` }));
    // Per key three sends: k0..k4 are stored already, k5..k14 are new. Every fourth message has no key at all.
    const appended = await inParallel(60, (index) =>
      current().log.append(
        aMessageDraft({
          ...(index % 3 === 0 ? other : place),
          clientMessageId: index % 4 === 0 ? null : `k${index % 15}`,
        }),
      ),
    );
    const fresh = appended.filter((one) => !one.deduplicated).map(({ entry }) => entry);
    const log = await logOf(current(), place.roomId);
    expect(log.map((entry) => entry.seq)).toEqual(upTo(5 + fresh.length));
    expect(log).toEqual([...stored, ...fresh].toSorted((a, b) => a.seq - b.seq));
    expect(ascending(fresh.map((entry) => entry.seq))).toEqual(upTo(fresh.length).map((seq) => seq + 5));
    for (const { entry } of appended) expect(log[entry.seq - 1]).toEqual(entry);
    const keyed = log.filter((entry) => entry.type === 'message' && entry.clientMessageId !== null);
    const keys = keyed.map((entry) => `${entry.actorId} ${entry.type === 'message' ? entry.clientMessageId : ''}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('keeps the order of what is fresh between repeats', async () => {
    const place = await aPlace(current());
    const first = await storedMessage(current(), { ...place, clientMessageId: 'old' });
    const keys = ['a', 'old', 'b', 'a', 'c', 'old', 'b', 'd', 'a', 'e'];
    const appended = await inParallel(keys.length, (index) =>
      current().log.append(aMessageDraft({ ...place, clientMessageId: keys[index] ?? null })),
    );
    expect(appended.map(({ entry }) => entry.seq)).toEqual([2, 1, 3, 2, 4, 1, 3, 5, 2, 6]);
    expect(appended.map((one) => one.deduplicated)).toEqual([
      ...[false, true, false, true, false],
      ...[true, true, false, true, false],
    ]);
    expect(appended[1]?.entry).toEqual(first);
  });
}

function lookups(current: CurrentPersistence): void {
  it('finds what was first stored under a key, by exactly this room, sender and key', async () => {
    const [place, other] = [await aPlace(current()), await aPlace(current())];
    const find = (where: { roomId: typeof place.roomId; senderId: typeof place.senderId }, key: string) =>
      current().log.findByClientMessageId(where.roomId, where.senderId, key);
    expect(await find(place, 'k')).toBeNull();
    const entry = await storedMessage(current(), { ...place, clientMessageId: 'k' });
    await storedMessage(current(), { ...place, clientMessageId: 'k', content: 'again' });
    await storedMessage(current(), { ...place, clientMessageId: null });
    expect(await find(place, 'k')).toEqual(entry);
    expect(await find({ ...place, senderId: other.senderId }, 'k')).toBeNull();
    expect(await find({ ...place, roomId: other.roomId }, 'k')).toBeNull();
    expect(await find(place, 'other')).toBeNull();
    expect(await find(place, '')).toBeNull();
  });
}
