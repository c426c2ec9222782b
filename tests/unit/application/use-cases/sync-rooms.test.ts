import { describe, expect, it } from 'vitest';
import { ReadEvents } from '../../../../src/application/use-cases/read-events.ts';
import { ReadHistory } from '../../../../src/application/use-cases/read-history.ts';
import { SyncRooms } from '../../../../src/application/use-cases/sync-rooms.ts';
import type { RoomId } from '../../../../src/domain/room/room.ts';
import { aRoomId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

/** Bob is in rooms of Alice, in each of which as many messages were sent as given. Seqs 1 to 3 are not messages. */
async function anAbsentee(...messages: readonly number[]) {
  const core = createCore();
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const roomIds: RoomId[] = [];
  for (const count of messages) {
    const roomId = await core.aRoomOf(alice, bob);
    for (let n = 0; n < count; n += 1) await core.send(roomId, alice, `message ${n}`);
    roomIds.push(roomId);
  }
  const { log, members } = core.persistence;
  const syncRooms = new SyncRooms({ log, members });
  const sync = (rooms: readonly { roomId: RoomId; afterSeq: number }[], limit = 500) =>
    syncRooms.execute({ userId: bob.id, rooms, limit });
  return { ...core, core, alice, bob, roomIds, sync, readEvents: new ReadEvents({ log, access: core.access }) };
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('synchronizing', () => {
  it('answers with what came after each position', async () => {
    const { sync, roomIds } = await anAbsentee(5, 2);
    const [busy, calm] = roomIds as [RoomId, RoomId];
    const { rooms, gone, complete } = await sync([
      { roomId: busy, afterSeq: 6 },
      { roomId: calm, afterSeq: 5 },
    ]);
    expect({ gone, complete }).toEqual({ gone: [], complete: true });
    expect(rooms.find(({ roomId }) => roomId === busy)).toMatchObject({
      events: [{ seq: 7 }, { seq: 8 }],
      headSeq: 8,
      complete: true,
    });
    expect(rooms.find(({ roomId }) => roomId === calm)).toEqual({
      roomId: calm,
      events: [],
      headSeq: 5,
      complete: true,
    });
  });

  it('lists rooms that were not named with their heads and no events, and is complete without them', async () => {
    const { sync, roomIds } = await anAbsentee(1, 4);
    const [named, unnamed] = roomIds as [RoomId, RoomId];
    const { rooms, complete } = await sync([{ roomId: named, afterSeq: 0 }]);
    expect(complete).toBe(true);
    expect(rooms).toHaveLength(2);
    expect(rooms.find(({ roomId }) => roomId === unnamed)).toEqual({
      roomId: unnamed,
      events: [],
      headSeq: 7,
      complete: false,
    });
  });

  it('never returns more than the limit over all rooms, and reaches everything when it is asked on', async () => {
    const { sync, roomIds } = await anAbsentee(10, 0, 25);
    const reached = new Map(roomIds.map((roomId) => [roomId, 0]));
    const read = new Map(roomIds.map((roomId) => [roomId, [] as number[]]));
    for (let round = 0; ; round += 1) {
      const { rooms, complete } = await sync(
        [...reached].map(([roomId, afterSeq]) => ({ roomId, afterSeq })),
        7,
      );
      expect(rooms.reduce((sum, { events }) => sum + events.length, 0)).toBeLessThanOrEqual(7);
      for (const { roomId, events } of rooms) {
        read.get(roomId)?.push(...events.map(({ seq }) => seq));
        reached.set(roomId, events.at(-1)?.seq ?? reached.get(roomId) ?? 0);
      }
      if (complete) break;
      expect(round).toBeLessThan(20);
    }
    expect([...read.values()]).toEqual([upTo(13), upTo(3), upTo(28)]);
  });

  it('calls rooms gone that one has left or never was in, and does not say whether they exist', async () => {
    const { core, sync, bob, alice, roomIds, leaveRoom } = await anAbsentee(1, 1);
    const [left, mine] = roomIds as [RoomId, RoomId];
    await leaveRoom.execute({ roomId: left, userId: bob.id });
    const foreign = await core.createRoom.execute({ userId: alice.id, name: 'foreign', isPrivate: false });
    const missing = aRoomId();
    const named = [left, foreign.id, missing, mine].map((roomId) => ({ roomId, afterSeq: 0 }));
    const { rooms, gone, complete } = await sync(named);
    expect(new Set(gone)).toEqual(new Set([left, foreign.id, missing]));
    expect(rooms.map(({ roomId }) => roomId)).toEqual([mine]);
    expect(complete).toBe(true);
  });

  it('takes a position beyond the head for complete', async () => {
    const { sync, roomIds } = await anAbsentee(1);
    const { rooms } = await sync([{ roomId: roomIds[0] as RoomId, afterSeq: 1_000 }]);
    expect(rooms).toMatchObject([{ events: [], headSeq: 4, complete: true }]);
  });

  it('is empty for who is in no room', async () => {
    const { core, persistence } = await anAbsentee();
    const nobody = await core.aPerson();
    const { log, members } = persistence;
    const answer = await new SyncRooms({ log, members }).execute({ userId: nobody.id, rooms: [], limit: 10 });
    expect(answer).toEqual({ rooms: [], gone: [], complete: true });
  });
});

describe('the events of one room', () => {
  it('come in pages that say whether they reach the head', async () => {
    const { readEvents, bob, roomIds } = await anAbsentee(5);
    const [roomId] = roomIds as [RoomId];
    const page = (afterSeq: number, limit: number) => readEvents.execute({ roomId, userId: bob.id, afterSeq, limit });
    expect(await page(0, 3)).toMatchObject({
      events: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
      headSeq: 8,
      complete: false,
    });
    expect(await page(3, 5)).toMatchObject({ headSeq: 8, complete: true });
    expect(await page(8, 5)).toEqual({ roomId, events: [], headSeq: 8, complete: true });
    expect(await page(99, 5)).toEqual({ roomId, events: [], headSeq: 8, complete: true });
  });

  it('are for members', async () => {
    const { core, readEvents, roomIds } = await anAbsentee(1);
    const outsider = await core.aPerson();
    const reading = readEvents.execute({ roomId: roomIds[0] as RoomId, userId: outsider.id, afterSeq: 0, limit: 5 });
    await expect(reading).rejects.toEqual(refusal('NOT_A_MEMBER'));
  });
});

describe('history', () => {
  const aHistory = async () => {
    const { core, alice, bob, roomIds } = await anAbsentee(5);
    const [roomId] = roomIds as [RoomId];
    // Somebody comes and goes between messages: pages hold messages only, and as many as asked for.
    for (let n = 0; n < 5; n += 1) {
      await core.leaveRoom.execute({ roomId, userId: bob.id });
      await core.joinRoom.execute({ roomId, userId: bob.id });
      await core.send(roomId, alice, `later ${n}`);
    }
    const { log } = core.persistence;
    const readHistory = new ReadHistory({ log, access: core.access });
    const page = async (place: { beforeSeq?: number; afterSeq?: number; limit: number }) => {
      const { messages, hasMore } = await readHistory.execute({ roomId, userId: bob.id, ...place });
      return { seqs: messages.map(({ seq }) => seq), hasMore };
    };
    return { core, roomId, page, readHistory };
  };
  const ALL = [...upTo(8, 4), 11, 14, 17, 20, 23];

  it('begins with the newest page, ascending', async () => {
    const { page } = await aHistory();
    expect(await page({ limit: 3 })).toEqual({ seqs: [17, 20, 23], hasMore: true });
    expect(await page({ limit: 10 })).toEqual({ seqs: ALL, hasMore: false });
    expect(await page({ limit: 100 })).toEqual({ seqs: ALL, hasMore: false });
  });

  it('goes back before a place and forward after one, both exclusive', async () => {
    const { page } = await aHistory();
    expect(await page({ beforeSeq: 17, limit: 3 })).toEqual({ seqs: [8, 11, 14], hasMore: true });
    expect(await page({ beforeSeq: 6, limit: 3 })).toEqual({ seqs: [4, 5], hasMore: false });
    expect(await page({ afterSeq: 7, limit: 3 })).toEqual({ seqs: [8, 11, 14], hasMore: true });
    expect(await page({ afterSeq: 14, limit: 3 })).toEqual({ seqs: [17, 20, 23], hasMore: false });
    expect(await page({ beforeSeq: 0, limit: 3 })).toEqual({ seqs: [], hasMore: false });
    expect(await page({ afterSeq: 99, limit: 3 })).toEqual({ seqs: [], hasMore: false });
  });

  it('is for members', async () => {
    const { core, roomId, readHistory } = await aHistory();
    const outsider = await core.aPerson();
    const reading = readHistory.execute({ roomId, userId: outsider.id, limit: 5 });
    await expect(reading).rejects.toEqual(refusal('NOT_A_MEMBER'));
  });
});
