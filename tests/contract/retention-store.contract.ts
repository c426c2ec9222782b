import { describe, expect, it } from 'vitest';
import { aRoomId, aTimeMs, aUuid } from '../support/builders.ts';
import { inParallel } from './concurrency.ts';
import { usePersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedRoom } from './seed.ts';

export function retentionStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`RetentionStore contract: ${adapter}`, () => {
    const current = usePersistence(open);

    it('keeps what each room says, and how far it is done, which never goes back', async () => {
      const [one, two, three] = [await storedRoom(current()), await storedRoom(current()), await storedRoom(current())];
      const { retention } = current();
      const at = ({ id, createdBy }: typeof one, days: number | null, doneSeq: number) => {
        return { roomId: id, createdBy, days, doneSeq };
      };
      expect(await retention.setDays(two.id, 30)).toBe(true);
      expect(await retention.setDays(three.id, 7)).toBe(true);
      expect(await retention.setDays(three.id, null)).toBe(true);
      expect(await retention.setDays(aRoomId(), 7)).toBe(false);
      await retention.advance(two.id, 9);
      await retention.advance(two.id, 8);
      expect(await retention.page({ limit: 9, all: false })).toEqual([at(two, 30, 9)]);
      expect(await retention.page({ limit: 2, all: true })).toEqual([at(one, null, 0), at(two, 30, 9)]);
      expect(await retention.page({ limit: 2, all: true, afterId: two.id })).toEqual([at(three, null, 0)]);
      expect(await retention.page({ limit: 2, all: false, afterId: two.id })).toEqual([]);
    });

    it('is one holder\u2019s at a time, of any number who ask at once', async () => {
      const { retention } = current();
      const [nowMs, holders] = [aTimeMs(), Array.from({ length: 8 }, aUuid)];
      const term = { nowMs, untilMs: nowMs + 1_000 };
      const race = await inParallel(holders.length, (index) => retention.lease(holders[index] ?? '', term));
      expect(race.filter(Boolean)).toHaveLength(1);
      const winner = holders[race.indexOf(true)] ?? '';
      expect(await retention.lease(winner, { nowMs: nowMs + 500, untilMs: nowMs + 1_500 })).toBe(true);
      expect(await retention.lease(aUuid(), { nowMs: nowMs + 1_499, untilMs: nowMs + 9_000 })).toBe(false);
      const other = aUuid();
      expect(await retention.lease(other, { nowMs: nowMs + 1_500, untilMs: nowMs + 9_000 })).toBe(true);
      expect(await retention.lease(winner, { nowMs: nowMs + 1_501, untilMs: nowMs + 9_000 })).toBe(false);
    });
  });
}
