import { beforeEach, describe, expect, it } from 'vitest';
import type { MessagePageRequest } from '../../src/application/ports/index.ts';
import type { RoomEntry } from '../../src/domain/room/room-entry.ts';
import { aMessageId, aRoomId } from '../support/builders.ts';
import { upTo } from './concurrency.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, logOf, storedChange, storedMessage } from './seed.ts';

type Place = Awaited<ReturnType<typeof aPlace>>;

export function readCases(current: CurrentPersistence): void {
  pages(current);
  heads(current);
  ranges(current);
  singles(current);
}

/** Entries that are messages where the pattern has an m, and changes elsewhere. */
async function aLog(current: CurrentPersistence, pattern: string): Promise<Place & { entries: RoomEntry[] }> {
  const place = await aPlace(current());
  const entries: RoomEntry[] = [];
  for (const kind of pattern) {
    entries.push(await (kind === 'm' ? storedMessage(current(), place) : storedChange(current(), place)));
  }
  return { ...place, entries };
}

function pages(current: CurrentPersistence): void {
  describe('message pages', () => {
    let log: Awaited<ReturnType<typeof aLog>>;
    beforeEach(async () => {
      // The messages have the seqs 3, 4, 6, 9, 10 and 12.
      log = await aLog(current, 'ccmmcmccmmcmc');
      await aLog(current, 'mm');
    });

    it.each<[string, Omit<MessagePageRequest, 'roomId'>, number[]]>([
      ['the newest page', { limit: 3 }, [9, 10, 12]],
      ['one message', { limit: 1 }, [12]],
      ['as many as there are', { limit: 6 }, [3, 4, 6, 9, 10, 12]],
      ['no more than there are', { limit: 101 }, [3, 4, 6, 9, 10, 12]],
      ['below a message', { beforeSeq: 9, limit: 2 }, [4, 6]],
      ['below a change', { beforeSeq: 8, limit: 2 }, [4, 6]],
      ['below the first message', { beforeSeq: 3, limit: 2 }, []],
      ['below the first entry', { beforeSeq: 1, limit: 2 }, []],
      ['just above the first message', { beforeSeq: 4, limit: 2 }, [3]],
      ['below the head', { beforeSeq: 13, limit: 2 }, [10, 12]],
      ['below something far above the head', { beforeSeq: 5_000_000_000, limit: 2 }, [10, 12]],
      ['above a message', { afterSeq: 4, limit: 2 }, [6, 9]],
      ['above a change', { afterSeq: 5, limit: 3 }, [6, 9, 10]],
      ['from the start', { afterSeq: 0, limit: 2 }, [3, 4]],
      ['all from the start', { afterSeq: 0, limit: 101 }, [3, 4, 6, 9, 10, 12]],
      ['above the last message but one', { afterSeq: 10, limit: 2 }, [12]],
      ['above the last message', { afterSeq: 12, limit: 2 }, []],
      ['above the head', { afterSeq: 13, limit: 2 }, []],
      ['far above the head', { afterSeq: 5_000_000_000, limit: 2 }, []],
    ])('hold messages only, ascending: %s', async (_what, bounds, seqs) => {
      const page = await current().log.messages({ roomId: log.roomId, ...bounds });
      expect(page).toEqual(seqs.map((seq) => log.entries[seq - 1]));
    });

    it('are empty for an unknown room and for one without messages', async () => {
      const { roomId: silent } = await aLog(current, 'cc');
      for (const roomId of [aRoomId(), silent]) {
        expect(await current().log.messages({ roomId, limit: 5 })).toEqual([]);
        expect(await current().log.messages({ roomId, beforeSeq: 5, limit: 5 })).toEqual([]);
        expect(await current().log.messages({ roomId, afterSeq: 0, limit: 5 })).toEqual([]);
      }
    });
  });
}

function heads(current: CurrentPersistence): void {
  it('tells the heads of several rooms, leaving out those without entries', async () => {
    const [two, empty, one] = [await aLog(current, 'mc'), await aPlace(current()), await aLog(current, 'c')];
    const other = await aLog(current, 'mmm');
    const found = await current().log.heads([one.roomId, empty.roomId, aRoomId(), two.roomId]);
    expect(new Map(found)).toEqual(
      new Map([
        [one.roomId, 1],
        [two.roomId, 2],
      ]),
    );
    expect((await current().log.heads([])).size).toBe(0);
    expect((await current().log.heads([empty.roomId])).size).toBe(0);
    expect(await Promise.all([two, one, other, empty].map(({ roomId }) => current().log.head(roomId)))).toEqual([
      ...[2, 1, 3, 0],
    ]);
    expect(await current().log.head(aRoomId())).toBe(0);
  });
}

function ranges(current: CurrentPersistence): void {
  it('reads ranges of several rooms, whole entries ascending in each, the bounds exclusive and inclusive', async () => {
    const [one, two, three] = [await aLog(current, 'cmcmm'), await aLog(current, 'mcm'), await aLog(current, 'mm')];
    const found = await current().log.ranges([
      { roomId: two.roomId, afterSeq: 0, toSeq: 2 },
      { roomId: one.roomId, afterSeq: 2, toSeq: 4 },
      { roomId: three.roomId, afterSeq: 1, toSeq: 99 },
      { roomId: aRoomId(), afterSeq: 0, toSeq: 9 },
    ]);
    const inRoom = ({ roomId }: Place) => found.filter((entry) => entry.roomId === roomId);
    expect(found).toHaveLength(5);
    expect(inRoom(one)).toEqual(one.entries.slice(2, 4));
    expect(inRoom(two)).toEqual(two.entries.slice(0, 2));
    expect(inRoom(three)).toEqual(three.entries.slice(1));
  });

  it('finds nothing above the head, in an empty range, and without a range', async () => {
    const { roomId, entries } = await aLog(current, 'mcm');
    const read = (afterSeq: number, toSeq: number) => current().log.ranges([{ roomId, afterSeq, toSeq }]);
    expect(await read(3, 10)).toEqual([]);
    expect(await read(7, 5_000_000_000)).toEqual([]);
    expect(await read(2, 2)).toEqual([]);
    expect(await read(1, 2)).toEqual(entries.slice(1, 2));
    expect(await read(2, 5_000_000_000)).toEqual(entries.slice(2));
    expect(await current().log.ranges([])).toEqual([]);
  });

  it('gives each entry once, however the ranges overlap', async () => {
    const { roomId, senderId } = await aPlace(current());
    for (let n = 0; n < 6; n += 1) await storedMessage(current(), { roomId, senderId });
    const found = await current().log.ranges([
      { roomId, afterSeq: 0, toSeq: 4 },
      { roomId, afterSeq: 2, toSeq: 6 },
      { roomId, afterSeq: 2, toSeq: 4 },
      { roomId, afterSeq: 1, toSeq: 3 },
    ]);
    expect(found.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('ascends within a room also when two of its ranges come in another order', async () => {
    const { roomId, entries } = await aLog(current, 'mcmmc');
    const found = await current().log.ranges([
      { roomId, afterSeq: 3, toSeq: 5 },
      { roomId, afterSeq: 0, toSeq: 2 },
    ]);
    expect(found).toEqual([entries[0], entries[1], entries[3], entries[4]]);
  });

  it('reads many rooms at once', async () => {
    const logs = [];
    for (let count = 0; count < 30; count += 1) logs.push(await aLog(current, 'm'));
    const found = await current().log.ranges(logs.map(({ roomId }) => ({ roomId, afterSeq: 0, toSeq: 1 })));
    expect(found.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(logs.flatMap((log) => log.entries));
    expect((await current().log.heads(logs.map((log) => log.roomId))).size).toBe(30);
  });
}

function singles(current: CurrentPersistence): void {
  it('finds an entry by its id and by its place, and null where there is none', async () => {
    const { roomId, entries } = await aLog(current, 'mcm');
    const other = await aLog(current, 'mmmmm');
    for (const entry of entries) {
      expect(await current().log.byId(entry.id)).toEqual(entry);
      expect(await current().log.at(roomId, entry.seq)).toEqual(entry);
    }
    expect(await current().log.byId(aMessageId())).toBeNull();
    for (const seq of [0, 4, 5_000_000_000]) expect(await current().log.at(roomId, seq)).toBeNull();
    expect(await current().log.at(aRoomId(), 1)).toBeNull();
    expect((await logOf(current(), other.roomId)).map((entry) => entry.seq)).toEqual(upTo(5));
  });
}
