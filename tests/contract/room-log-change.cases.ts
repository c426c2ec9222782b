import { expect, it } from 'vitest';
import type { Appended } from '../../src/application/ports/index.ts';
import type { RoomChange, RoomEntry } from '../../src/domain/room/room-entry.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aChangeDraft, aMember, aMessageDraft, aUserId } from '../support/builders.ts';
import { inParallel, meanwhile, upTo } from './concurrency.ts';
import { DIFFICULT_TEXTS } from './difficult-texts.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, logOf, seqsOf, storedChange, storedMember, storedMessage } from './seed.ts';

const CHANGES: readonly RoomChange[] = [
  { type: 'room_created', name: 'Kitchen', isPrivate: true },
  { type: 'room_created', name: 'Caf\u00e9 \\ "100%" \u{1f469}\u200d\u{1f373} ? :name', isPrivate: false },
  { type: 'member_joined', userId: aUserId(), username: "Zo\u00eb O'Neil", role: 'owner' },
  { type: 'member_joined', userId: aUserId(), username: 'plain', role: 'member' },
  { type: 'member_left', userId: aUserId() },
];

/** The journal: what units of work append, beside what is sent. */
export function changeCases(current: CurrentPersistence): void {
  changes(current);
  besideMessages(current);
  afterTheEnd(current);
  rollback(current);
}

function changes(current: CurrentPersistence): void {
  it.each(CHANGES)('gives back a change with every field: %j', async (change) => {
    const { roomId, senderId } = await aPlace(current());
    await storedMessage(current(), { roomId, senderId });
    const draft = aChangeDraft({ roomId, actorId: senderId, createdAtMs: 1_700_000_000_009 }, change);
    const entry = await current().unitOfWork.run(async ({ rooms, journal }) => {
      await rooms.lock(roomId);
      return journal.append(draft);
    });
    expect(entry).toEqual({ ...draft, seq: 2 });
    expect(await current().log.byId(draft.id)).toEqual(entry);
    expect(await current().log.at(roomId, 2)).toEqual(entry);
    expect((await logOf(current(), roomId))[1]).toEqual(entry);
  });

  it('gives back names in changes byte for byte', async () => {
    const place = await aPlace(current());
    const texts = DIFFICULT_TEXTS.map(([, text]) => text).filter((text) => text.length <= 200);
    const drafts = texts.map((name) =>
      aChangeDraft({ roomId: place.roomId, actorId: place.senderId }, { type: 'room_created', name, isPrivate: false }),
    );
    const entries = await current().unitOfWork.run(async ({ rooms, journal }) => {
      await rooms.lock(place.roomId);
      const appended = [];
      for (const draft of drafts) appended.push(await journal.append(draft));
      return appended;
    });
    expect(entries).toEqual(drafts.map((draft, index) => ({ ...draft, seq: index + 1 })));
    expect(await logOf(current(), place.roomId)).toEqual(entries);
  });

  it('sees in a unit the head that the unit made, and several rooms apart', async () => {
    const [one, other] = [await aPlace(current()), await aPlace(current())];
    await storedMessage(current(), one);
    const seen = await current().unitOfWork.run(async ({ rooms, journal }) => {
      await rooms.lock(one.roomId);
      await rooms.lock(other.roomId);
      const heads = [await journal.head(one.roomId), await journal.head(other.roomId)];
      const seqs = [];
      for (const { roomId, senderId } of [one, other, one]) {
        seqs.push((await journal.append(aChangeDraft({ roomId, actorId: senderId }))).seq);
      }
      return [...heads, ...seqs, await journal.head(one.roomId), await journal.head(other.roomId)];
    });
    expect(seen).toEqual([1, 0, 2, 1, 3, 3, 1]);
    expect([await current().log.head(one.roomId), await current().log.head(other.roomId)]).toEqual([3, 1]);
  });
}

function besideMessages(current: CurrentPersistence): void {
  it('shares one dense order between changes and messages that are written at the same time', async () => {
    const place = await aPlace(current());
    const appended = await inParallel<RoomEntry>(40, (index) =>
      index % 2 === 0 ? storedMessage(current(), place) : storedChange(current(), place),
    );
    expect(await logOf(current(), place.roomId)).toEqual(appended.toSorted((a, b) => a.seq - b.seq));
    expect(await seqsOf(current(), place.roomId)).toEqual(upTo(40));
  });

  it('lets no message take the seq of a change that is not committed yet', async () => {
    const place = await aPlace(current());
    const draft = aMessageDraft(place);
    let sending: ReturnType<typeof storedMessage> | undefined;
    const change = await current().unitOfWork.run(async ({ rooms, journal }) => {
      await rooms.lock(place.roomId);
      const entry = await journal.append(aChangeDraft({ roomId: place.roomId, actorId: place.senderId }));
      sending ??= storedMessage(current(), draft);
      await meanwhile(sending);
      return entry;
    });
    const message = await sending;
    expect([change.seq, message?.seq].toSorted()).toEqual([1, 2]);
    expect(await logOf(current(), place.roomId)).toEqual(change.seq === 1 ? [change, message] : [message, change]);
  });
}

function afterTheEnd(current: CurrentPersistence): void {
  it('takes nothing from a sender whose membership has ended, however early that was begun', async () => {
    const { roomId, senderId } = await aPlace(current());
    const { userId: otherId } = await storedMember(current(), { roomId });
    const { log, unitOfWork } = current();
    const early: Promise<Appended>[] = [];
    const send = (sender: UserId) => log.append(aMessageDraft({ roomId, senderId: sender }));
    early.push(send(senderId), send(otherId));
    const left = await unitOfWork.run(async ({ rooms, members, journal }) => {
      await rooms.lock(roomId);
      early.push(send(senderId), send(otherId));
      await members.remove(roomId, senderId);
      early.push(send(senderId), send(otherId));
      const entry = await journal.append(aChangeDraft({ roomId }, { type: 'member_left', userId: senderId }));
      early.push(send(senderId), send(otherId));
      return entry;
    });
    early.push(send(senderId), send(otherId));
    for (const [index, outcome] of (await Promise.allSettled(early)).entries()) {
      const isOwn = index % 2 === 0;
      if (outcome.status === 'rejected')
        expect([isOwn, outcome.reason]).toMatchObject([true, { code: 'NOT_A_MEMBER' }]);
      else if (isOwn) expect(outcome.value.entry.seq).toBeLessThan(left.seq);
    }
    await current().unitOfWork.run(({ members }) => members.insert(aMember({ roomId, userId: senderId })));
    expect((await send(senderId)).entry.actorId).toBe(senderId);
    expect(await seqsOf(current(), roomId)).toEqual(upTo(await log.head(roomId)));
  });
}

function rollback(current: CurrentPersistence): void {
  const failingUnit = async ({ roomId, senderId }: Awaited<ReturnType<typeof aPlace>>, pauseMs = 0) => {
    const draft = aChangeDraft({ roomId, actorId: senderId });
    const run = current().unitOfWork.run(async ({ rooms, journal }) => {
      await rooms.lock(roomId);
      await journal.append(draft);
      if (pauseMs > 0) await meanwhile(new Promise(() => undefined), pauseMs);
      throw new Error('no');
    });
    await expect(run).rejects.toThrow('no');
    return draft;
  };

  it('leaves no entry and no gap of a unit that throws', async () => {
    const place = await aPlace(current());
    await storedMessage(current(), place);
    const lost = await failingUnit(place);
    expect(await current().log.byId(lost.id)).toBeNull();
    expect(await current().log.at(place.roomId, 2)).toBeNull();
    expect(await current().log.head(place.roomId)).toBe(1);
    expect((await storedMessage(current(), place)).seq).toBe(2);
    expect((await storedChange(current(), place)).seq).toBe(3);
    expect(await seqsOf(current(), place.roomId)).toEqual([1, 2, 3]);
  });

  it('leaves no gap among messages that were sent while units failed', async () => {
    const place = await aPlace(current());
    const sent = inParallel(20, () => storedMessage(current(), place));
    await inParallel(6, (index) => failingUnit(place, index % 2));
    await inParallel(4, () => storedChange(current(), place));
    await sent;
    expect(await seqsOf(current(), place.roomId)).toEqual(upTo(24));
  });
}
