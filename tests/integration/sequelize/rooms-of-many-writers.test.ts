import { expect, it } from 'vitest';
import { connect } from '../../../src/adapters/outbound/sequelize/connection.ts';
import { persistenceOn } from '../../../src/adapters/outbound/sequelize/persistence.ts';
import type { MessageDraft, Persistence } from '../../../src/application/ports/index.ts';
import { inParallel, upTo } from '../../contract/concurrency.ts';
import { DIFFICULT_TEXTS } from '../../contract/difficult-texts.ts';
import { aPlace, seqsOf, storedMember } from '../../contract/seed.ts';
import { describeServers } from '../../support/databases/available.ts';
import { aChangeDraft, aMessageDraft } from '../../support/builders.ts';
import { RecordingDatabase } from './recording-database.ts';
import { onServer, useDatabase } from './sql-harness.ts';

type Place = Awaited<ReturnType<typeof aPlace>>;

describeServers('a room that several nodes write to', (_server, adminUrl) => {
  const database = useDatabase(onServer(adminUrl));

  /** From here on neither of the nodes believes that it is alone in the room. */
  async function shared(places: readonly Place[]): Promise<[Persistence, Persistence, RecordingDatabase]> {
    const recording = new RecordingDatabase(await connect({ url: database.url() }));
    const nodes: [Persistence, Persistence] = [database.keep(persistenceOn(recording)), await database.node()];
    for (const place of places) {
      for (const node of [...nodes, ...nodes]) await node.log.append(aMessageDraft(place));
    }
    recording.statements.length = 0;
    return [...nodes, recording];
  }

  it('takes a batch for several rooms, in order, with and without keys, character by character', async () => {
    const seeder = await database.node();
    const places = [await aPlace(seeder), await aPlace(seeder), await aPlace(seeder)] as const;
    const [node, other, { statements }] = await shared(places);
    const drafts: MessageDraft[] = upTo(700).map((n) =>
      aMessageDraft({
        ...(places[n % 3] as Place),
        content: DIFFICULT_TEXTS[n % DIFFICULT_TEXTS.length]?.[1] ?? '',
        clientMessageId: n % 2 === 0 ? null : `key ${n}`,
      }),
    );
    const outcomes = await Promise.all(drafts.map((draft) => node.log.append(draft)));
    expect(outcomes.every(({ deduplicated }) => !deduplicated)).toBe(true);
    // It asked where its drafts went, and had to look for nothing under a lock that it held.
    expect(new Set(statements.map(({ sql }) => sql))).toEqual(
      new Set(['SELECT id, seq FROM room_log WHERE id IN (?)']),
    );
    for (const { roomId } of places) {
      const inRoom = outcomes.flatMap(({ entry }) => (entry.roomId === roomId ? [entry] : []));
      expect(inRoom.map(({ seq }) => seq)).toEqual(inRoom.map((_, index) => index + 5));
      const stored = await other.log.ranges([{ roomId, afterSeq: 4, toSeq: 1_000 }]);
      expect(stored).toEqual(inRoom);
    }
  });

  it('finds the first of what was sent twice', async () => {
    const place = await aPlace(await database.node());
    const nodes = (await shared([place])).slice(0, 2) as [Persistence, Persistence];
    await inParallel(50, async (n) => {
      const clientMessageId = `key ${n}`;
      const both = await Promise.all(nodes.map(({ log }) => log.append(aMessageDraft({ ...place, clientMessageId }))));
      expect(both[0]?.entry).toEqual(both[1]?.entry);
      expect(both.filter(({ deduplicated }) => deduplicated)).toHaveLength(1);
    });
    expect(await seqsOf(nodes[0], place.roomId)).toEqual(upTo(54));
  });

  it('lets nobody in after the entry that ended a membership, however long its lock was held', async () => {
    const place = await aPlace(await database.node());
    const [node, other, { statements }] = await shared([place]);
    const { roomId } = place;
    const { userId } = await storedMember(node, { roomId });
    let finish = (): void => undefined;
    let held = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (held = resolve));
    const ending = other.unitOfWork.run(async ({ rooms, members, journal }) => {
      await rooms.lock(roomId);
      await members.remove(roomId, userId);
      await journal.append(aChangeDraft({ roomId, actorId: userId }, { type: 'member_left', userId }));
      held();
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await isHeld;
    const late = node.log.append(aMessageDraft({ roomId, senderId: userId }));
    const fine = node.log.append(aMessageDraft(place));
    setTimeout(finish, 300);
    await expect(late).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
    expect((await fine).entry.seq).toBe(6);
    // The statement saw what was committed while it waited, so nothing was done twice.
    expect(statements.filter(({ sql }) => sql.includes('FOR UPDATE'))).toEqual([]);
    await ending;
    expect(await seqsOf(node, roomId)).toEqual(upTo(6));
  });
});
