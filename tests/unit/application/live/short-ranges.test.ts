import { describe, expect, it } from 'vitest';
import { ShortRanges } from '../../../../src/application/live/short-ranges.ts';
import type { LogRange, RoomLog } from '../../../../src/application/ports/index.ts';
import type { RoomId } from '../../../../src/domain/room/room.ts';
import { createCore } from '../../../support/harness/core.ts';

async function aLog() {
  const core = createCore();
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const rooms = [await core.aRoomOf(alice, bob), await core.aRoomOf(alice, bob)] as [RoomId, RoomId];
  for (const roomId of rooms) for (let n = 0; n < 40; n += 1) await core.send(roomId, alice, `message ${n}`);
  const asked: (readonly LogRange[])[] = [];
  const { log } = core.persistence;
  const watched = {
    ranges: (ranges: readonly LogRange[]) => {
      asked.push(ranges);
      return log.ranges(ranges);
    },
  } as unknown as RoomLog;
  return { short: new ShortRanges(watched), log, rooms, asked };
}

describe('short ranges', () => {
  it('are read once for all who ask for the same ones together, and everybody gets their own', async () => {
    const { short, rooms, asked, log } = await aLog();
    const [one, two] = rooms;
    const wanted = Array.from({ length: 60 }, (_, index): LogRange[] => [
      { roomId: one, afterSeq: 30 + (index % 3), toSeq: 38 },
      { roomId: two, afterSeq: 35, toSeq: 40 },
    ]);
    const found = await Promise.all(wanted.map((ranges) => short.of(ranges)));
    for (const [index, ranges] of wanted.entries()) {
      expect(new Set(found[index])).toEqual(new Set(await log.ranges(ranges)));
      const seqs = (found[index] ?? []).filter(({ roomId }) => roomId === one).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    }
    // The first one starts a query of its own on each lane, the others wait for the next ones.
    expect(asked.length).toBeLessThan(8);
    for (const ranges of asked) expect(ranges.length).toBeLessThanOrEqual(50);
  });

  it('do not hold up whoever asks for much, nor ask for nothing', async () => {
    const { short, rooms, asked } = await aLog();
    expect(await short.of([{ roomId: rooms[0], afterSeq: 0, toSeq: 40 }])).toHaveLength(40);
    expect(await short.of([])).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});
