import { expect, it } from 'vitest';
import { tombstoneOf } from '../../src/domain/room/erasure.ts';
import type { RoomEntry } from '../../src/domain/room/room-entry.ts';
import type { RoomId } from '../../src/domain/room/room.ts';
import { aMessageDraft, aTimeMs, aUserId } from '../support/builders.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, logOf, storedChange, storedMember, storedMessage } from './seed.ts';

/** What is taken out of entries that are there. */
export function redactionCases(current: CurrentPersistence): void {
  const redact = (roomId: RoomId, entries: readonly RoomEntry[]) =>
    current().unitOfWork.run(async ({ rooms, journal }) => {
      await rooms.lock(roomId);
      await journal.redact(roomId, entries);
    });

  it('takes the text out of messages, wherever they are read, and nothing out of others', async () => {
    const place = await aPlace(current());
    const first = await storedMessage(current(), place);
    const other = await storedMessage(current(), place);
    const last = await storedMessage(current(), place);
    const [one, two] = [tombstoneOf(first, 1_700_000_000_009), { ...tombstoneOf(last, 7), clientMessageId: null }];
    await redact(place.roomId, [one, two]);
    expect(await logOf(current(), place.roomId)).toEqual([one, other, two]);
    expect(one).toMatchObject({ content: '', erasedAtMs: 1_700_000_000_009, seq: 1, id: first.id });
    const { log, directory } = current();
    expect(await log.messages({ roomId: place.roomId, limit: 9 })).toEqual([one, other, two]);
    expect([await log.byId(last.id), await log.at(place.roomId, 3)]).toEqual([two, two]);
    expect(await directory.summariesOf(place.senderId)).toMatchObject([{ lastMessage: two }]);
  });

  it('answers a repeat with what is left, as long as the key is, and finds no key that went', async () => {
    const place = await aPlace(current());
    const draft = aMessageDraft({ ...place, clientMessageId: 'again' });
    const { entry } = await current().log.append(draft);
    const left = tombstoneOf(entry, aTimeMs());
    await redact(place.roomId, [left]);
    expect(await current().log.append(aMessageDraft({ ...draft, content: 'other' }))).toEqual({
      entry: left,
      deduplicated: true,
    });
    const { roomId, senderId } = place;
    expect(await current().log.findByClientMessageId(roomId, senderId, 'again')).toEqual(left);
    await redact(roomId, [{ ...left, clientMessageId: null }]);
    expect(await current().log.findByClientMessageId(roomId, senderId, 'again')).toBeNull();
    expect(await current().log.head(roomId)).toBe(1);
  });

  it('stores what is left of a change', async () => {
    const place = await aPlace(current());
    const userId = aUserId();
    const joined = await storedChange(current(), place, {
      type: 'member_joined',
      userId,
      username: 'x',
      role: 'member',
    });
    const muted = await storedChange(current(), place, { type: 'member_muted', userId, reason: 'y', expiresAtMs: 9 });
    if (joined.type !== 'member_joined' || muted.type !== 'member_muted') throw new Error('These are other entries.');
    const left = [
      { ...joined, username: 'nobody' },
      { ...muted, reason: null },
    ];
    await redact(place.roomId, left);
    expect(await logOf(current(), place.roomId)).toEqual(left);
  });

  it('is undone with its unit of work', async () => {
    const place = await aPlace(current());
    const message = await storedMessage(current(), place);
    const unit = current().unitOfWork.run(async ({ rooms, journal }) => {
      await rooms.lock(place.roomId);
      await journal.redact(place.roomId, [tombstoneOf(message, 1)]);
      throw new Error('no');
    });
    await expect(unit).rejects.toThrow('no');
    expect(await logOf(current(), place.roomId)).toEqual([message]);
  });

  it('finds what somebody made, and changes that name somebody, in the range alone', async () => {
    const place = await aPlace(current());
    const { userId } = await storedMember(current(), { roomId: place.roomId });
    const own = { roomId: place.roomId, senderId: userId };
    await storedMessage(current(), own);
    const second = await storedMessage(current(), own);
    await storedMessage(current(), { ...place, content: `about ${userId}` });
    const muted = await storedChange(current(), place, {
      type: 'member_muted',
      userId,
      reason: null,
      expiresAtMs: null,
    });
    await storedChange(current(), place, { type: 'mute_lifted', userId: aUserId() });
    await storedMessage(current(), own);
    const range = { roomId: place.roomId, afterSeq: 1, toSeq: 5 };
    expect(await current().log.tracesOf(range, userId)).toEqual([second, muted]);
  });
}
