import { expect, it } from 'vitest';
import { aMessageDraft } from '../support/builders.ts';
import { ascending, inParallel, upTo } from './concurrency.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, logOf, seqsOf, storedMessage, storedMember } from './seed.ts';

export function appendCases(current: CurrentPersistence): void {
  entries(current);
  numbering(current);
  readersInBetween(current);
}

function entries(current: CurrentPersistence): void {
  it('makes an entry of a draft: every field as it was, and the next seq', async () => {
    const { roomId, senderId } = await aPlace(current());
    const { userId: otherId } = await storedMember(current(), { roomId });
    const first = aMessageDraft({ roomId, senderId, createdAtMs: 1_700_000_000_001 });
    const second = aMessageDraft({ roomId, senderId: otherId, clientMessageId: null, createdAtMs: 1_600_000_000_999 });
    for (const [index, draft] of [first, second].entries()) {
      const { senderId: actorId, ...rest } = draft;
      const entry = { ...rest, type: 'message', actorId, seq: index + 1 };
      expect(await current().log.append(draft)).toEqual({ entry, deduplicated: false });
      expect(await current().log.at(roomId, index + 1)).toEqual(entry);
      expect(await current().log.byId(draft.id)).toEqual(entry);
      expect(await current().log.head(roomId)).toBe(index + 1);
    }
  });

  it('starts every room at 1', async () => {
    for (const place of [await aPlace(current()), await aPlace(current())]) {
      expect((await storedMessage(current(), place)).seq).toBe(1);
      expect((await storedMessage(current(), place)).seq).toBe(2);
    }
  });
}

function numbering(current: CurrentPersistence): void {
  it('numbers 50 parallel appends over several rooms 1..n in each', async () => {
    const places = await inParallel(4, () => aPlace(current()));
    const drafts = Array.from({ length: 50 }, (_, index) => aMessageDraft(places[index % 4]));
    const appended = await Promise.all(drafts.map((draft) => current().log.append(draft)));
    expect(appended.every((one) => !one.deduplicated)).toBe(true);
    expect(appended.map(({ entry }) => entry.id)).toEqual(drafts.map((draft) => draft.id));
    for (const [index, { roomId }] of places.entries()) {
      const count = index < 2 ? 13 : 12;
      const own = appended.map(({ entry }) => entry).filter((entry) => entry.roomId === roomId);
      expect(ascending(own.map((entry) => entry.seq))).toEqual(upTo(count));
      expect(await logOf(current(), roomId)).toEqual(own.toSorted((a, b) => a.seq - b.seq));
    }
  });

  it('numbers more parallel appends of many senders than fit into one batch', async () => {
    const { roomId } = await aPlace(current());
    const senders = await inParallel(5, () => storedMember(current(), { roomId }));
    const appended = await inParallel(400, (index) =>
      current().log.append(aMessageDraft({ roomId, senderId: senders[index % 5]!.userId })),
    );
    expect(ascending(appended.map(({ entry }) => entry.seq))).toEqual(upTo(400));
    expect(await seqsOf(current(), roomId)).toEqual(upTo(400));
  });

  it('gives ascending seqs to appends that one caller starts in order', async () => {
    const [place, other] = [await aPlace(current()), await aPlace(current())];
    const seqs: Promise<number>[] = [];
    const others: Promise<number>[] = [];
    for (let count = 0; count < 40; count += 1) {
      seqs.push(storedMessage(current(), place).then((entry) => entry.seq));
      others.push(storedMessage(current(), other).then((entry) => entry.seq));
      // Some of them start while the ones before are being written.
      if (count % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await Promise.all(seqs)).toEqual(upTo(40));
    expect(await Promise.all(others)).toEqual(upTo(40));
  });

  it('continues after the last entry, one by one or many at once', async () => {
    const place = await aPlace(current());
    for (const count of [1, 3, 1, 5]) await inParallel(count, () => storedMessage(current(), place));
    expect(await seqsOf(current(), place.roomId)).toEqual(upTo(10));
  });
}

function readersInBetween(current: CurrentPersistence): void {
  it('never shows entry n to a reader who cannot read 1..n-1', async () => {
    const place = await aPlace(current());
    let writing = true;
    const reading = inParallel(3, async () => {
      let seen = 0;
      while (writing) {
        const head = await current().log.head(place.roomId);
        const seqs = await seqsOf(current(), place.roomId);
        expect(seqs).toEqual(upTo(seqs.length));
        expect(head).toBeGreaterThanOrEqual(seen);
        expect(seqs.length).toBeGreaterThanOrEqual(head);
        seen = seqs.length;
        // A store that answers without waiting for anything would otherwise never let the writers run.
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    try {
      for (let round = 0; round < 10; round += 1) {
        await inParallel(10, () => storedMessage(current(), place));
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      writing = false;
    }
    await reading;
    expect(await seqsOf(current(), place.roomId)).toEqual(upTo(100));
  });

  it('shows an entry to everybody from the moment its append resolves', async () => {
    const place = await aPlace(current());
    await inParallel(20, async () => {
      const entry = await storedMessage(current(), place);
      expect(await current().log.at(place.roomId, entry.seq)).toEqual(entry);
      expect(await current().log.head(place.roomId)).toBeGreaterThanOrEqual(entry.seq);
    });
  });
}
