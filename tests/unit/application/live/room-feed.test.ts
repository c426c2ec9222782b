import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InMemoryRoomBus } from '../../../../src/adapters/outbound/memory/in-memory-room-bus.ts';
import { createMemoryPersistence } from '../../../../src/adapters/outbound/memory/create-memory-persistence.ts';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { InMemoryRoomBroadcaster } from '../../../../src/adapters/outbound/memory/in-memory-room-broadcaster.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { ManualScheduler } from '../../../../src/adapters/outbound/memory/manual-scheduler.ts';
import { silentProbe } from '../../../../src/adapters/outbound/memory/silent-probe.ts';
import { HEAD_POLL_MS, RoomFeed } from '../../../../src/application/live/room-feed.ts';
import type { RoomLog } from '../../../../src/application/ports/index.ts';
import type { RoomChange, RoomEntry } from '../../../../src/domain/room/room-entry.ts';
import { aChangeDraft, aMessageDraft, aRoomId, aSessionId, aUserId } from '../../../support/builders.ts';

const LISTENER = 'listener';
const GAP_WAIT_MS = 40;

/** A feed over one room with one listener, on a log that can be made to fail. */
function aFeed() {
  const logger = new InMemoryLogger();
  const scheduler = new ManualScheduler({ clock: new ManualClock(), logger });
  const broadcaster = new InMemoryRoomBroadcaster();
  const { log: stored, unitOfWork } = createMemoryPersistence();
  const broken = { heads: false, ranges: false };
  const asked = { heads: 0, ranges: 0 };
  const repaired: number[] = [];
  const probe = { ...silentProbe, repaired: (entries: number) => void repaired.push(entries) };
  const log: RoomLog = Object.assign(Object.create(stored) as RoomLog, {
    append: (draft: Parameters<RoomLog['append']>[0]) => stored.append(draft),
    heads: async (roomIds: Parameters<RoomLog['heads']>[0]) => {
      asked.heads += 1;
      if (broken.heads) throw new Error('the log is down');
      return stored.heads(roomIds);
    },
    ranges: async (ranges: Parameters<RoomLog['ranges']>[0]) => {
      asked.ranges += 1;
      if (broken.ranges) throw new Error('the log is down');
      return stored.ranges(ranges);
    },
  });
  const roomId = aRoomId();
  broadcaster.connect({ connectionId: LISTENER, userId: aUserId(), sessionId: aSessionId() });
  broadcaster.attach(LISTENER, [roomId]);
  return {
    ...{
      feed: new RoomFeed({ log, broadcaster, bus: new InMemoryRoomBus(), scheduler, logger, probe }),
      logger,
      scheduler,
      broadcaster,
      broken,
      asked,
      repaired,
      roomId,
    },
    /** Somebody joins or leaves, as another node would store it. */
    change: (change: RoomChange): Promise<RoomEntry> =>
      unitOfWork.run(({ journal }) => journal.append(aChangeDraft({ roomId }, change))),
    /** Stored, and nobody has said so. */
    store: async (count: number): Promise<RoomEntry[]> => {
      const entries: RoomEntry[] = [];
      for (let n = 0; n < count; n += 1) entries.push((await stored.append(aMessageDraft({ roomId }))).entry);
      return entries;
    },
    heard: () => broadcaster.heard(LISTENER).flatMap((item) => (item.event === 'entry' ? [item.entry.seq] : [])),
  };
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('the feed of a room', () => {
  it('delivers what is committed after it was opened, and nothing from before', async () => {
    const { feed, roomId, store, heard } = aFeed();
    const early = await store(3);
    await feed.open([roomId]);
    feed.committed(early);
    feed.committed(await store(2));
    expect(heard()).toEqual([4, 5]);
  });

  it('delivers each entry once, however often it is told', async () => {
    const { feed, roomId, store, heard } = aFeed();
    await feed.open([roomId]);
    const entries = await store(3);
    for (let count = 0; count < 3; count += 1) feed.committed(entries);
    for (const entry of entries) feed.committed([entry]);
    expect(heard()).toEqual([1, 2, 3]);
  });

  it('holds an entry until the one before it came, without reading the log', async () => {
    const { feed, roomId, store, heard, asked, scheduler } = aFeed();
    await feed.open([roomId]);
    const [first, second, third] = (await store(3)) as [RoomEntry, RoomEntry, RoomEntry];
    feed.committed([third]);
    feed.committed([second]);
    expect(heard()).toEqual([]);
    feed.committed([first]);
    expect(heard()).toEqual([1, 2, 3]);
    await scheduler.advance(GAP_WAIT_MS * 2);
    expect(asked.ranges).toBe(0);
    expect(heard()).toEqual([1, 2, 3]);
  });

  it('reads from the log what does not come within a short wait', async () => {
    const { feed, roomId, store, heard, scheduler, repaired } = aFeed();
    await feed.open([roomId]);
    const entries = await store(5);
    feed.committed(entries.slice(3, 4));
    await scheduler.advance(GAP_WAIT_MS - 1);
    expect(heard()).toEqual([]);
    await scheduler.advance(1);
    expect(heard()).toEqual([1, 2, 3, 4, 5]);
    feed.committed(entries);
    expect(heard()).toEqual([1, 2, 3, 4, 5]);
    expect(repaired).toEqual([5]);
  });

  it('finds by polling what nobody told, over more than one page', async () => {
    const { feed, roomId, store, heard, scheduler } = aFeed();
    await feed.open([roomId]);
    feed.start();
    await store(1_203);
    await scheduler.advance(HEAD_POLL_MS - 1);
    expect(heard()).toEqual([]);
    await scheduler.advance(1);
    expect(heard()).toEqual(upTo(1_203));
    await store(1);
    await scheduler.advance(HEAD_POLL_MS);
    expect(heard()).toEqual(upTo(1_204));
  });

  it('polls no more after it was stopped', async () => {
    const { feed, roomId, store, heard, scheduler, asked } = aFeed();
    await feed.open([roomId]);
    feed.start();
    feed.stop();
    await store(1);
    const before = asked.heads;
    await scheduler.advance(HEAD_POLL_MS * 3);
    expect(asked.heads).toBe(before);
    expect(heard()).toEqual([]);
  });

  it('rejects an opening when the log cannot be read, and the next one tries again', async () => {
    const { feed, roomId, store, heard, broken } = aFeed();
    broken.heads = true;
    await expect(feed.open([roomId])).rejects.toThrow('the log is down');
    expect(feed.knownHead(roomId)).toBe(0);
    await store(2);
    broken.heads = false;
    await feed.open([roomId]);
    expect(feed.knownHead(roomId)).toBe(2);
    feed.committed(await store(1));
    expect(heard()).toEqual([3]);
  });

  it('fails every opening that waits for the same failed read', async () => {
    const { feed, roomId, broken } = aFeed();
    broken.heads = true;
    const results = await Promise.allSettled([feed.open([roomId]), feed.open([roomId]), feed.open([roomId])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });

  it('reads the heads once for openings at the same time, and not again for a room that is open', async () => {
    const { feed, roomId, asked } = aFeed();
    await Promise.all([feed.open([roomId]), feed.open([roomId]), feed.open([roomId])]);
    await feed.open([roomId]);
    expect(asked.heads).toBe(1);
  });

  it('keeps what is committed while it is being opened', async () => {
    const { feed, roomId, store, heard } = aFeed();
    const early = await store(2);
    const opening = feed.open([roomId]);
    const late = await store(2);
    feed.committed([...early, ...late]);
    await opening;
    const [first = 0] = heard();
    expect(heard()).toEqual(upTo(4, first));
    expect(feed.knownHead(roomId)).toBe(4);
  });

  it('outlives a log that fails while a gap is repaired: the next poll repairs it', async () => {
    const { feed, roomId, store, heard, scheduler, broken, logger } = aFeed();
    await feed.open([roomId]);
    feed.start();
    const entries = await store(3);
    broken.ranges = true;
    feed.committed(entries.slice(2));
    await scheduler.advance(GAP_WAIT_MS);
    expect(heard()).toEqual([]);
    expect(logger.lines.some(({ level }) => level === 'warn')).toBe(true);
    broken.heads = true;
    await scheduler.advance(HEAD_POLL_MS);
    expect(heard()).toEqual([]);
    broken.heads = false;
    broken.ranges = false;
    await scheduler.advance(HEAD_POLL_MS);
    expect(heard()).toEqual([1, 2, 3]);
  });

  it('forgets a room that nobody listens to, and starts from its head when somebody does again', async () => {
    const { feed, roomId, store, heard, broadcaster } = aFeed();
    await store(1);
    await feed.open([roomId]);
    await feed.poll();
    expect(feed.knownHead(roomId)).toBe(1);
    broadcaster.disconnect(LISTENER);
    await feed.poll();
    expect(feed.knownHead(roomId)).toBe(1);
    await feed.poll();
    expect(feed.knownHead(roomId)).toBe(0);
    feed.committed(await store(1));
    broadcaster.connect({ connectionId: 'another', userId: aUserId(), sessionId: aSessionId() });
    broadcaster.attach('another', [roomId]);
    await feed.open([roomId]);
    expect(feed.knownHead(roomId)).toBe(2);
    feed.committed(await store(1));
    expect(broadcaster.heard('another')).toMatchObject([{ entry: { seq: 3 } }]);
    expect(heard()).toEqual([]);
  });

  it('follows a room from a position that is known, and leaves one alone that it follows already', async () => {
    const { feed, roomId, store, heard, asked } = aFeed();
    const entries = await store(3);
    feed.openAt(roomId, 1);
    feed.openAt(roomId, 3);
    feed.committed(entries);
    expect(heard()).toEqual([2, 3]);
    expect(asked.heads).toBe(0);
  });

  it('lets in and puts out by what it finds in the log, whoever wrote it: each hears what belongs to the time', async () => {
    const { feed, roomId, store, change, scheduler, broadcaster } = aFeed();
    await feed.open([roomId]);
    feed.start();
    const userId = aUserId();
    broadcaster.connect({ connectionId: 'guest', userId, sessionId: aSessionId() });
    broadcaster.attach('guest', []);
    await store(2);
    await change({ type: 'member_joined', userId, username: 'guest', role: 'member' });
    await store(1);
    await change({ type: 'member_left', userId });
    await store(2);
    await scheduler.advance(HEAD_POLL_MS);
    expect(broadcaster.heard('guest')).toMatchObject([
      { entry: { seq: 3, type: 'member_joined' } },
      { entry: { seq: 4, type: 'message' } },
      { entry: { seq: 5, type: 'member_left' } },
    ]);
  });

  it('tells everybody everything once and in order, whatever is told late, twice or never, and fails meanwhile', async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ type: fc.constant('store' as const), count: fc.integer({ min: 1, max: 4 }) }),
      },
      { weight: 4, arbitrary: fc.record({ type: fc.constant('tell' as const), pick: fc.nat(), count: fc.nat(3) }) },
      {
        weight: 2,
        arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 39, 40, 500, 2_000) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ type: fc.constant('break' as const), what: fc.constantFrom('heads', 'ranges') }),
      },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('open' as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { feed, roomId, store, heard, scheduler, broken } = aFeed();
        await store(2);
        feed.start();
        const opening = feed.open([roomId]);
        const stored: RoomEntry[] = [];
        const pending: Promise<unknown>[] = [];
        for (const [index, action] of steps.entries()) {
          if (action.type === 'store') stored.push(...(await store(action.count)));
          if (action.type === 'tell') {
            const from = stored.length === 0 ? 0 : action.pick % stored.length;
            const told = stored.slice(from, from + action.count);
            feed.committed(action.pick % 2 === 0 ? told : told.toReversed());
          }
          if (action.type === 'wait') await scheduler.advance(action.ms);
          if (action.type === 'break') broken[action.what] = index % 2 === 0;
          if (action.type === 'open') pending.push(feed.open([roomId]));
        }
        broken.heads = broken.ranges = false;
        await Promise.all([opening, ...pending]);
        // Whatever was missed until now arrives with the next poll.
        await scheduler.advance(HEAD_POLL_MS * 2);
        const head = 2 + stored.length;
        const [first = head + 1] = heard();
        expect(first).toBeGreaterThanOrEqual(3);
        expect(heard()).toEqual(upTo(head, first));
        expect(feed.knownHead(roomId)).toBe(head);
      }),
      { numRuns: 1_000 },
    );
  });
});
