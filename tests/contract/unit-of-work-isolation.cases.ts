import { expect, it } from 'vitest';
import { aChangeDraft, aMember, aUser } from '../support/builders.ts';
import { inParallel, meanwhile, upTo, within } from './concurrency.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, seqsOf, storedMember, storedMessage, storedUser } from './seed.ts';
import { aWorld, changeEverything, setHash, stateOf, stateOutside } from './whole-unit.ts';

export function isolationCases(current: CurrentPersistence): void {
  readsOutside(current);
  writesOutside(current);
}

function readsOutside(current: CurrentPersistence): void {
  it.each(['commits', 'throws'])('shows others nothing before the commit, of a unit that %s', async (end) => {
    const world = await aWorld(current());
    const before = await stateOutside(current(), world);
    const seesNothing = async () => expect(await stateOutside(current(), world)).toEqual(before);
    const run = current().unitOfWork.run(async (stores) => {
      await changeEverything(stores, world);
      await within('reads outside a unit that runs', seesNothing());
      if (end === 'throws') throw new Error('undone');
      return stateOf(stores, world);
    });
    if (end === 'throws') {
      await expect(run).rejects.toThrow('undone');
      await seesNothing();
    } else {
      const seenInside = await run;
      expect(await stateOutside(current(), world)).toMatchObject(seenInside);
    }
  });

  it('shows a reader all of a unit or nothing, across stores', async () => {
    const { roomId, senderId } = await aPlace(current());
    const users = await inParallel(12, () => storedUser(current()));
    let writing = true;
    const reading = inParallel(2, async () => {
      while (writing) {
        // Each unit adds a member, to the one who is there, and three entries. Both only grow, so what is read later is no less.
        const countBefore = (await current().members.countOfRoom(roomId)) - 1;
        const seqs = await seqsOf(current(), roomId);
        const countAfter = (await current().members.countOfRoom(roomId)) - 1;
        expect(seqs).toEqual(upTo(seqs.length));
        expect(seqs.length % 3).toBe(0);
        expect(seqs.length).toBeGreaterThanOrEqual(3 * countBefore);
        expect(seqs.length).toBeLessThanOrEqual(3 * countAfter);
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const draft = () => aChangeDraft({ roomId, actorId: senderId });
    const joining = users.map(({ id: userId }) =>
      current().unitOfWork.run(async ({ rooms, members, journal }) => {
        await rooms.lock(roomId);
        await journal.append(draft());
        await members.insert(aMember({ roomId, userId }));
        for (const one of [draft(), draft()]) await journal.append(one);
      }),
    );
    await Promise.all(joining).finally(() => (writing = false));
    await reading;
    expect(await seqsOf(current(), roomId)).toEqual(upTo(36));
  });
}

function writesOutside(current: CurrentPersistence): void {
  it('loses no write that others make to the same rows meanwhile', async () => {
    const { roomId, userId } = await storedMember(current());
    const atMs = 1_800_000_000_000;
    const others: Promise<unknown>[] = [];
    await current().unitOfWork.run(async ({ users, rooms, members }) => {
      await rooms.lock(roomId);
      await setHash(users, userId, 'from the unit');
      await members.find(roomId, userId);
      // Started once, even if the work has to run again.
      if (others.length === 0) {
        others.push(
          current().users.markSeen([userId], atMs),
          current().receipts.advance({ roomId, userId, deliveredSeq: 9, readSeq: 8 }),
          storedMessage(current(), { roomId, senderId: userId }),
        );
      }
      await meanwhile(Promise.all(others));
    });
    await Promise.all(others);
    expect(await current().users.byId(userId)).toMatchObject({ passwordHash: 'from the unit', lastSeenAtMs: atMs });
    expect(await current().members.find(roomId, userId)).toMatchObject({ deliveredSeq: 9, readSeq: 8 });
    expect(await current().log.head(roomId)).toBe(1);
  });

  it('lets a unit see the units that committed before it began', async () => {
    const user = await storedUser(current());
    await current().unitOfWork.run(({ users }) => setHash(users, user.id, 'one'));
    const seen = await current().unitOfWork.run(({ users }) => users.byId(user.id));
    expect(seen?.passwordHash).toBe('one');
  });

  it('gives an e-mail to a unit or to somebody outside, never to both', async () => {
    const email = 'contested@example.org';
    const [inside, outside] = [aUser({ email }), aUser({ email })];
    let other: Promise<void> | undefined;
    const run = current().unitOfWork.run(async ({ users }) => {
      await users.insert(inside);
      other ??= current().users.insert(outside);
      await meanwhile(other);
    });
    const outcomes = await Promise.allSettled([run, run.then(() => other)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = outcomes[0].status === 'fulfilled' ? inside : outside;
    expect(await current().users.byEmail(email)).toEqual(winner);
  });
}
