import { expect, it } from 'vitest';
import { createMemoryPersistence } from '../../../../src/adapters/outbound/memory/create-memory-persistence.ts';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { ManualScheduler } from '../../../../src/adapters/outbound/memory/manual-scheduler.ts';
import { SequentialIds } from '../../../../src/adapters/outbound/memory/sequential-ids.ts';
import type { RoomBus, RoomNews } from '../../../../src/application/ports/index.ts';
import { GRACE_MS, PurgeRoom, type PurgeProgress } from '../../../../src/application/use-cases/purge-room.ts';
import { aPlace, logOf, storedMember, storedMessage } from '../../../contract/seed.ts';
import { aRoomId } from '../../../support/builders.ts';

/** A room of two with three messages, and a purge of it whose time is told to pass. */
async function stage() {
  const persistence = createMemoryPersistence();
  const place = await aPlace(persistence);
  const { userId } = await storedMember(persistence, { roomId: place.roomId });
  for (let n = 0; n < 3; n += 1) await storedMessage(persistence, place);
  const told: RoomNews[] = [];
  const bus = { tell: (_roomId: unknown, news: RoomNews) => void told.push(news) } as unknown as RoomBus;
  const [clock, logger] = [new ManualClock(), new InMemoryLogger()];
  const scheduler = new ManualScheduler({ clock, logger });
  const purge = new PurgeRoom({ ...persistence, bus, scheduler, ids: new SequentialIds(''), clock, logger });
  return { persistence, ...place, userId, told, logger, scheduler, purge };
}

it('puts everybody out, tells the nodes, gives them time, and only then deletes anything', async () => {
  const { persistence, roomId, senderId, userId, told, scheduler, purge } = await stage();
  const progress: PurgeProgress[] = [];
  const purging = purge.execute(roomId, (step) => progress.push(step));
  await scheduler.advance(GRACE_MS - 1);
  expect(await persistence.members.countOfRoom(roomId)).toBe(0);
  expect(await persistence.rooms.byId(roomId)).toMatchObject({ isPrivate: true });
  const removed = (await logOf(persistence, roomId)).slice(3);
  expect(removed.map((entry) => 'userId' in entry && entry.userId)).toEqual([senderId, userId]);
  expect(told).toEqual([{ type: 'entries', entries: removed }]);
  await scheduler.advance(1);
  expect(await purging).toBe(8);
  expect(await persistence.rooms.byId(roomId)).toBeNull();
  expect(await logOf(persistence, roomId)).toEqual([]);
  expect(progress.at(0)).toEqual({ done: 0, total: 7 });
  expect(progress.at(-1)).toMatchObject({ done: 8 });
});

it('goes on where another one was interrupted', async () => {
  const { persistence, roomId, scheduler, purge, logger } = await stage();
  void purge.execute(roomId);
  await scheduler.advance(0);
  const again = purge.execute(roomId);
  await scheduler.advance(GRACE_MS);
  await again;
  expect(await persistence.rooms.byId(roomId)).toBeNull();
  expect(logger.lines.some(({ fields }) => fields['audit'] === 'room_purged')).toBe(true);
});

it('knows no room that is not there', async () => {
  const { purge } = await stage();
  await expect(purge.execute(aRoomId())).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
});
