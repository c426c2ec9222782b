import { expect, it } from 'vitest';
import type { Appended } from '../../../src/application/ports/index.ts';
import { inParallel, upTo } from '../../contract/concurrency.ts';
import { aPlace, seqsOf } from '../../contract/seed.ts';
import { aMessageDraft, aMessageId } from '../../support/builders.ts';
import { describeDatabases, useDatabase } from './sql-harness.ts';

describeDatabases('appending', (fresh, product) => {
  const database = useDatabase(fresh);

  it('refuses at once what is too much, has written nothing of it, and takes it later', async () => {
    const node = await database.node({ log: { waitingMax: 20 } });
    const place = await aPlace(node);
    const drafts = upTo(30).map(() => aMessageDraft(place));
    const outcomes = await Promise.allSettled(drafts.map((draft) => node.log.append(draft)));
    const refused = drafts.filter((_draft, index) => outcomes[index]?.status === 'rejected');
    expect(refused).toEqual(drafts.slice(20));
    for (const outcome of outcomes.slice(20)) {
      expect(outcome).toMatchObject({ reason: { code: 'OVERLOADED', retryAfterMs: 1_000 } });
    }
    expect(await seqsOf(node, place.roomId)).toEqual(upTo(20));
    const again = await inParallel(10, (n) => node.log.append(refused[n] as (typeof drafts)[number]));
    expect(again.map(({ entry, deduplicated }) => [entry.seq, deduplicated])).toEqual(
      upTo(10).map((n) => [20 + n, false]),
    );
  });

  it('gives one draft that is sent twice at a time one place, with a key and without', async () => {
    const node = await database.node();
    const place = await aPlace(node);
    for (const clientMessageId of ['key', null]) {
      const draft = aMessageDraft({ ...place, clientMessageId });
      const [one, other] = (await inParallel(2, () => node.log.append(draft))) as [Appended, Appended];
      expect(other.entry).toEqual(one.entry);
    }
    expect(await seqsOf(node, place.roomId)).toEqual([1, 2]);
  });

  it('recognises what another node wrote years ago, among new messages', async () => {
    const other = await database.node();
    const place = await aPlace(other);
    const old = await Promise.all(
      upTo(5).map((n) => other.log.append(aMessageDraft({ ...place, clientMessageId: `${n}` }))),
    );
    const node = await database.node();
    const outcomes = await inParallel(10, (n) =>
      node.log.append(aMessageDraft({ ...place, clientMessageId: `${n + 1}`, id: aMessageId() })),
    );
    expect(outcomes.slice(0, 5)).toEqual(old.map(({ entry }) => ({ entry, deduplicated: true })));
    expect(outcomes.slice(5).map(({ entry }) => entry.seq)).toEqual([6, 7, 8, 9, 10]);
  });

  if (product === 'sqlite') return;

  it('fails the one message that the database does not take, and writes its neighbours', async () => {
    const node = await database.node();
    const place = await aPlace(node);
    const outcomes = await Promise.allSettled(
      upTo(5).map((n) => node.log.append(aMessageDraft({ ...place, ...(n === 3 && { id: 'x'.repeat(50) as never }) }))),
    );
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true, true]);
    expect(await seqsOf(node, place.roomId)).toEqual(upTo(4));
  });
});
