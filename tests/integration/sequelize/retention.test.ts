import { expect, it } from 'vitest';
import { InMemoryLogger } from '../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { ManualClock } from '../../../src/adapters/outbound/memory/manual-clock.ts';
import { SequentialIds } from '../../../src/adapters/outbound/memory/sequential-ids.ts';
import { DAY_MS, PAUSE_MS, RetentionSweep, SWEEP_MS } from '../../../src/application/live/retention-sweep.ts';
import type { Persistence, Scheduler } from '../../../src/application/ports/index.ts';
import { isMessage, type RoomEntry } from '../../../src/domain/room/room-entry.ts';
import type { RoomId } from '../../../src/domain/room/room.ts';
import { upTo } from '../../contract/concurrency.ts';
import { aPlace, logOf, seqsOf, storedMember, storedMessage } from '../../contract/seed.ts';
import { aUuid } from '../../support/builders.ts';
import { describeDatabases, useDatabase } from './sql-harness.ts';

const NOW_MS = 1_800_000_000_000;

/** One node's sweep, which goes a step when it is told to, and tells how long it wants to wait then. */
function aSweep(persistence: Persistence, { daysMax = null }: { daysMax?: number | null } = {}) {
  const [clock, logger] = [new ManualClock(NOW_MS), new InMemoryLogger()];
  let next: { delayMs: number; task: () => void | Promise<void> } | null = null;
  const scheduler: Scheduler = {
    after: (delayMs, task) => {
      next = { delayMs, task };
      return () => (next = null);
    },
  };
  const told: RoomEntry[] = [];
  const feed = { committed: (entries: readonly RoomEntry[]) => void told.push(...entries) };
  const parts = { ...persistence, feed, scheduler, clock, logger, nodeId: aUuid(), daysMax };
  const sweep = new RetentionSweep({ ...parts, ids: new SequentialIds(aUuid()) });
  sweep.start();
  const step = async (): Promise<number> => {
    await next?.task();
    return next?.delayMs ?? 0;
  };
  const all = async (): Promise<number> => {
    for (let steps = 1; ; steps += 1) {
      if ((await step()) === SWEEP_MS) return steps;
      if (steps > 99) throw new Error('It comes to no end.');
    }
  };
  return { sweep, clock, logger, told, step, all };
}

describeDatabases('Retention', (fresh) => {
  const database = useDatabase(fresh);

  /** A room with so many old messages, ten days apart from as few new ones. */
  const aRoomWith = async (persistence: Persistence, old: number) => {
    const place = await aPlace(persistence);
    const { userId } = await storedMember(persistence, { roomId: place.roomId });
    const send = (createdAtMs: number) => storedMessage(persistence, { ...place, createdAtMs });
    await Promise.all(Array.from({ length: old }, () => send(NOW_MS - 11 * DAY_MS)));
    await Promise.all(Array.from({ length: 3 }, () => send(NOW_MS - DAY_MS)));
    return { ...place, userId };
  };
  const erasedIn = async (persistence: Persistence, roomId: RoomId) =>
    (await logOf(persistence, roomId)).filter(isMessage).filter(({ erasedAtMs }) => erasedAtMs !== undefined).length;

  it('takes the texts that are too old, the oldest first, in steps, and tells of each', async () => {
    const persistence = await database.node();
    const [room, other] = [await aRoomWith(persistence, 450), await aRoomWith(persistence, 5)];
    await persistence.retention.setDays(room.roomId, 10);
    const unread = await persistence.directory.summariesOf(room.userId);
    const { step, all, told, logger } = aSweep(persistence);
    expect(await step()).toBe(PAUSE_MS);
    expect(await erasedIn(persistence, room.roomId)).toBe(200);
    expect(told).toMatchObject([{ type: 'messages_erased', userId: null, fromSeq: 1, toSeq: 200, seq: 454 }]);
    await all();
    const log = await logOf(persistence, room.roomId);
    expect(log.filter(isMessage).map(({ content }) => content === '')).toEqual(
      Array.from({ length: 453 }, (_, index) => index < 450),
    );
    expect(told.map((entry) => 'toSeq' in entry && entry.toSeq)).toEqual([200, 400, 450]);
    expect(await seqsOf(persistence, room.roomId)).toEqual(upTo(456));
    expect(await persistence.directory.summariesOf(room.userId)).toMatchObject(
      unread.map(({ unreadCount }) => ({ unreadCount })),
    );
    expect(await erasedIn(persistence, other.roomId)).toBe(0);
    expect(logger.lines).toEqual([]);
  });

  it('keeps nothing longer than the server says, and takes later what grows old later', async () => {
    const persistence = await database.node();
    const [room, strict] = [await aRoomWith(persistence, 5), await aRoomWith(persistence, 5)];
    await persistence.retention.setDays(room.roomId, 100);
    await persistence.retention.setDays(strict.roomId, 1);
    const { all, clock } = aSweep(persistence, { daysMax: 5 });
    await all();
    expect([await erasedIn(persistence, room.roomId), await erasedIn(persistence, strict.roomId)]).toEqual([5, 5]);
    clock.advance(2);
    await all();
    expect([await erasedIn(persistence, room.roomId), await erasedIn(persistence, strict.roomId)]).toEqual([5, 8]);
    clock.advance(5 * DAY_MS);
    await all();
    expect(await erasedIn(persistence, room.roomId)).toBe(8);
    expect(await seqsOf(persistence, room.roomId)).toEqual(upTo(10));
  });

  it('is done by one node at a time, and goes on where a killed one was', async () => {
    const persistence = await database.node();
    const { roomId } = await aRoomWith(persistence, 450);
    await persistence.retention.setDays(roomId, 10);
    let isKilled = false;
    // It dies between what a step takes away and the note of how far it came.
    const retention = Object.assign(Object.create(persistence.retention) as Persistence['retention'], {
      setDays: () => Promise.reject(new Error('not here')),
      lease: (...args: Parameters<Persistence['retention']['lease']>) => persistence.retention.lease(...args),
      page: (...args: Parameters<Persistence['retention']['page']>) => persistence.retention.page(...args),
      advance: () => {
        isKilled = true;
        return Promise.reject(new Error('killed'));
      },
    });
    const dying = aSweep({ ...persistence, retention });
    const other = aSweep(persistence);
    await dying.step();
    expect({ isKilled, erased: await erasedIn(persistence, roomId) }).toEqual({ isKilled: true, erased: 200 });
    expect(await other.step()).toBe(SWEEP_MS);
    expect(await erasedIn(persistence, roomId)).toBe(200);
    other.clock.advance(SWEEP_MS);
    await other.all();
    expect(await erasedIn(persistence, roomId)).toBe(450);
    expect(other.told.map((entry) => 'toSeq' in entry && entry.toSeq)).toEqual([400, 450]);
  });
});
