import { expect, it } from 'vitest';
import { aChangeDraft, aMember, aUser } from '../support/builders.ts';
import { delay, inParallel, meanwhile, upTo } from './concurrency.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, seqsOf, storedMessage, storedRoom, storedUser } from './seed.ts';
import { aWorld, changeEverything, stateOf } from './whole-unit.ts';

export function snapshotCases(current: CurrentPersistence): void {
  oneMoment(current);
  readOnly(current);
}

function oneMoment(current: CurrentPersistence): void {
  it('reads the state of one moment while units go on', async () => {
    const { id: roomId, createdBy } = await storedRoom(current());
    const users = await inParallel(12, () => storedUser(current()));
    // Every unit adds one member and one entry, so at any moment there are as many of the ones as of the others.
    const joining = inParallel(users.length, async (index) => {
      await delay(index * 5);
      await current().unitOfWork.run(async ({ rooms, members, journal }) => {
        await rooms.lock(roomId);
        await members.insert(aMember({ roomId, userId: users[index]!.id }));
        await delay(2);
        await journal.append(aChangeDraft({ roomId, actorId: createdBy }));
      });
    });
    const snapshots = inParallel(3, async () => {
      const seen: number[][] = [];
      for (let count = 0; count < 6; count += 1) {
        seen.push(
          await current().unitOfWork.snapshot(async ({ members, journal }) => {
            const before = await members.countOfRoom(roomId);
            await delay(8);
            const head = await journal.head(roomId);
            await delay(4);
            return [before, head, (await members.ofRoom({ roomId, limit: 100 })).length];
          }),
        );
      }
      return seen;
    });
    for (const [count = -1, ...rest] of (await snapshots).flat()) expect(rest).toEqual([count, count]);
    await joining;
    const end = await current().unitOfWork.snapshot(({ journal }) => journal.head(roomId));
    expect(end).toBe(users.length);
  });

  it('reads the same again after others have changed everything', async () => {
    const world = await aWorld(current());
    let changing: Promise<void> | undefined;
    await current().unitOfWork.snapshot(async (stores) => {
      const before = { ...(await stateOf(stores, world)), head: await stores.journal.head(world.roomId) };
      changing ??= current().unitOfWork.run((others) => changeEverything(others, world));
      await meanwhile(changing, 400);
      expect({ ...(await stateOf(stores, world)), head: await stores.journal.head(world.roomId) }).toEqual(before);
    });
    await changing;
    expect(await current().log.head(world.roomId)).toBe(2);
  });

  it('holds up no message for longer than it lasts', async () => {
    const place = await aPlace(current());
    const snapshots = inParallel(4, () =>
      current().unitOfWork.snapshot(async ({ journal }) => {
        const head = await journal.head(place.roomId);
        await delay(10);
        expect(await journal.head(place.roomId)).toBe(head);
      }),
    );
    await inParallel(20, () => storedMessage(current(), place));
    await snapshots;
    expect(await seqsOf(current(), place.roomId)).toEqual(upTo(20));
  });
}

function readOnly(current: CurrentPersistence): void {
  it('stores nothing', async () => {
    const { roomId, senderId } = await aPlace(current());
    const user = aUser();
    const draft = aChangeDraft({ roomId, actorId: senderId });
    // Whether it refuses the writes or forgets them is the adapter's business.
    const attempt = current().unitOfWork.snapshot(async ({ users, journal }) => {
      await users.insert(user);
      await journal.append(draft);
    });
    await attempt.catch(() => undefined);
    expect(await current().users.byId(user.id)).toBeNull();
    expect(await current().log.byId(draft.id)).toBeNull();
    expect((await storedMessage(current(), { roomId, senderId })).seq).toBe(1);
  });

  it('throws what the work throws', async () => {
    const error = new Error('the reading failed');
    const snapshot = current().unitOfWork.snapshot(async () => {
      throw error;
    });
    await expect(snapshot).rejects.toBe(error);
  });
}
