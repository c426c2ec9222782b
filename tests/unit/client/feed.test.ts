import { expect, it } from 'vitest';
import { Feed } from '../../../src/client/feed.ts';
import type { LogEntry } from '../../../src/client/wire-types.ts';

const entry = (seq: number): LogEntry =>
  ({ type: 'message', id: `id-${seq}`, roomId: 'room', seq, userId: 'somebody', content: 'x' }) as unknown as LogEntry;

it('asks for what came between a snapshot and its answer, before there was a room to put it in', () => {
  const due: (() => void)[] = [];
  const told: number[] = [];
  let missing = 0;
  const feed = new Feed({
    after: (_ms, then) => {
      due.push(then);
      return () => undefined;
    },
    userId: () => 'me',
    told: ({ seq }) => told.push(seq),
    entered: () => undefined,
    gone: () => undefined,
    isMissing: () => (missing += 1),
  });
  feed.take(entry(18));
  feed.take(entry(19));
  feed.join('room', 18);
  for (const then of due.splice(0)) then();
  expect({ missing, told }).toEqual({ missing: 1, told: [] });
  feed.take(entry(19));
  expect({ told, positions: [...feed.positions] }).toEqual({ told: [19], positions: [['room', 19]] });
  feed.join('another', 5);
  for (const then of due.splice(0)) then();
  expect(missing).toBe(1);
});

it('begins again where the log of a restored backup ends', () => {
  const told: string[] = [];
  const feed = new Feed({
    after: () => () => undefined,
    userId: () => 'me',
    told: ({ seq }) => told.push(`${seq}`),
    entered: (_roomId, position) => told.push(`from ${position}`),
    gone: () => undefined,
    isMissing: () => undefined,
  });
  const page = (headSeq: number) => ({
    rooms: [{ roomId: 'room', events: [], headSeq, complete: true }],
    gone: [],
    complete: true,
  });
  const sync = (headSeq: number) => {
    feed.beginSync(feed.positions)(page(headSeq));
    feed.endSync();
  };
  feed.join('room', 7);
  for (const seq of [8, 9]) feed.take(entry(seq));
  const take = feed.beginSync(feed.positions);
  feed.take(entry(10));
  // Told while the answer was under way.
  take(page(9));
  feed.endSync();
  expect(told.splice(0)).toEqual(['from 7', '8', '9', '10']);
  sync(8);
  for (const seq of [8, 9]) feed.take(entry(seq));
  expect(told).toEqual(['from 8', '9']);
  sync(9);
  expect([...feed.positions]).toEqual([['room', 9]]);
});

it('tells no text that is gone, of what came before its turn', () => {
  const told: unknown[] = [];
  const feed = new Feed({
    after: () => () => undefined,
    userId: () => 'me',
    told: (item) => told.push(item.type === 'message' ? [item.seq, item.content, item.erasedAt] : item.seq),
    entered: () => undefined,
    gone: () => undefined,
    isMissing: () => undefined,
  });
  feed.resume('room', 1);
  const createdAt = '2026-01-01T00:00:00.000Z';
  const erased = { type: 'messages_erased', id: 'e', roomId: 'room', seq: 6, actorId: 'somebody', createdAt };
  for (const seq of [3, 4, 5]) feed.take({ ...entry(seq), ...(seq === 4 ? { userId: 'another' } : {}) });
  feed.take({ ...erased, userId: 'somebody', fromSeq: 1, toSeq: 4 } as LogEntry);
  feed.take(entry(2));
  expect(told).toEqual([[2, 'x', undefined], [3, '', createdAt], [4, 'x', undefined], [5, 'x', undefined], 6]);
});
