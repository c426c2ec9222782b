import { expect, it } from 'vitest';
import type { Appended, MessageDraft, Persistence } from '../../../src/application/ports/index.ts';
import type { RoomId } from '../../../src/domain/room/room.ts';
import { delay, inParallel, upTo } from '../../contract/concurrency.ts';
import { aPlace, logOf, storedChange } from '../../contract/seed.ts';
import { aMessageDraft, aMessageId } from '../../support/builders.ts';
import { describeDatabases, useDatabase } from './sql-harness.ts';

describeDatabases('two nodes', (fresh) => {
  const database = useDatabase(fresh);
  const nodes = async (): Promise<[Persistence, Persistence]> => [await database.node(), await database.node()];

  it('give one hot room one dense order, and each message one place', async () => {
    const [one, other] = await nodes();
    const { roomId, senderId } = await aPlace(one);
    const drafts = upTo(600).map((n) => aMessageDraft({ roomId, senderId, clientMessageId: `key ${n}` }));
    // Every message is sent to both nodes, as by clients that reconnect, under an id of its own each time.
    const outcomes = await Promise.all(
      drafts.flatMap((draft) => [one.log.append(draft), other.log.append({ ...draft, id: aMessageId() })]),
    );
    expect((await seqsIn(one, roomId)).toSorted((a, b) => a - b)).toEqual(upTo(600));
    for (let n = 0; n < drafts.length; n += 1) {
      const [first, second] = [outcomes[2 * n], outcomes[2 * n + 1]] as [Appended, Appended];
      expect(second.entry).toEqual(first.entry);
      expect([first.deduplicated, second.deduplicated].filter(Boolean)).toHaveLength(1);
    }
  });

  it('keep the order of what one caller sends to one node', async () => {
    const [one, other] = await nodes();
    const { roomId, senderId } = await aPlace(one);
    const send = (node: Persistence) => inParallel(300, () => node.log.append(aMessageDraft({ roomId, senderId })));
    for (const outcomes of await Promise.all([send(one), send(other)])) {
      const seqs = outcomes.map(({ entry }) => entry.seq);
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    }
    expect(await seqsIn(other, roomId)).toEqual(upTo(600));
  });

  it('mix messages and changes of rooms without a gap, a deadlock or a lost write', async () => {
    const [one, other] = await nodes();
    const places = [await aPlace(one), await aPlace(one), await aPlace(one)];
    const drafts: MessageDraft[] = [];
    await inParallel(240, async (n) => {
      const place = places[n % 3] as (typeof places)[number];
      const node = n % 2 === 0 ? one : other;
      if (n % 8 > 1) {
        const draft = aMessageDraft(place);
        drafts.push(draft);
        return (await node.log.append(draft)).entry;
      }
      return storedChange(node, place);
    });
    for (const { roomId } of places) expect(await seqsIn(one, roomId)).toEqual(upTo(80));
    expect(await one.log.heads(places.map(({ roomId }) => roomId))).toEqual(
      new Map(places.map(({ roomId }) => [roomId, 80])),
    );
    for (const draft of drafts) expect(await other.log.byId(draft.id)).toMatchObject({ content: draft.content });
  });

  it('never show an entry before the ones below it', async () => {
    const [one, other] = await nodes();
    const { roomId, senderId } = await aPlace(one);
    let writing = true;
    const watch = async (node: Persistence) => {
      while (writing) {
        const seqs = await seqsIn(node, roomId);
        expect(seqs).toEqual(upTo(seqs.length));
        // The head is read later than the entries; it never tells of fewer.
        expect(await node.log.head(roomId)).toBeGreaterThanOrEqual(seqs.length);
      }
    };
    const watchers = [watch(one), watch(other)];
    await Promise.all([one, other].map((node) => burst(node, () => aMessageDraft({ roomId, senderId }))));
    writing = false;
    await Promise.all(watchers);
    expect(await seqsIn(one, roomId)).toEqual(upTo(400));
  });

  it('raise the watermarks of one member to the maximum', async () => {
    const [one, other] = await nodes();
    const { roomId, senderId: userId } = await aPlace(one);
    await one.members.insert({ roomId, userId, role: 'owner', joinedAtMs: 1, deliveredSeq: 0, readSeq: 0 });
    await inParallel(100, (n) => {
      const report = { roomId, userId, deliveredSeq: (n * 37) % 101, readSeq: (n * 53) % 90 };
      return (n % 2 === 0 ? one : other).receipts.advance(report);
    });
    expect(await one.members.find(roomId, userId)).toMatchObject({ deliveredSeq: 100, readSeq: 89 });
  });

  it('give everybody a turn in rooms that one of them keeps busy', async () => {
    const [busy, other] = await nodes();
    const places = await Promise.all(upTo(16).map(() => aPlace(busy)));
    const sent = new Map(places.map(({ roomId }) => [roomId, 0]));
    const count = (roomId: RoomId) => sent.set(roomId, (sent.get(roomId) ?? 0) + 1);
    let going = true;
    // On a server there is always a statement of this node under way, and it never takes a room's lock by itself.
    const stream = inParallel(64, async (worker) => {
      const place = places[worker % 16] as (typeof places)[number];
      while (going) {
        await busy.log.append(aMessageDraft(place));
        count(place.roomId);
      }
    });
    await delay(200);
    for (const [n, place] of places.entries()) {
      await (n % 2 === 0 ? storedChange(other, place) : other.log.append(aMessageDraft(place)));
      count(place.roomId);
    }
    going = false;
    await stream;
    for (const { roomId } of places) expect(await seqsIn(other, roomId)).toEqual(upTo(sent.get(roomId) ?? 0));
  });
});

async function seqsIn(node: Persistence, roomId: RoomId): Promise<number[]> {
  return (await logOf(node, roomId)).map(({ seq }) => seq);
}

/** A stream rather than a heap: the next five start when the five before are done. */
async function burst(node: Persistence, draft: () => MessageDraft): Promise<void> {
  for (let round = 0; round < 40; round += 1) await inParallel(5, () => node.log.append(draft()));
}
