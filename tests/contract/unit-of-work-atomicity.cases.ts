import { expect, it } from 'vitest';
import type { Stores } from '../../src/application/ports/index.ts';
import { aChangeDraft, aMember, aRoom, aSession, aUser } from '../support/builders.ts';
import { countTrue, inParallel, within } from './concurrency.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, storedMessage, storedRoom, storedUser } from './seed.ts';
import { aWorld, changeEverything, stateOf, stateOutside } from './whole-unit.ts';

export function atomicityCases(current: CurrentPersistence): void {
  allOrNothing(current);
  refusals(current);
  bounds(current);
}

function allOrNothing(current: CurrentPersistence): void {
  it('resolves to what the work resolves to, when all of it is there for everybody', async () => {
    const world = await aWorld(current());
    const result = await current().unitOfWork.run(async (stores) => {
      await changeEverything(stores, world);
      return { state: await stateOf(stores, world) };
    });
    expect(await stateOutside(current(), world)).toMatchObject({
      ...result.state,
      users: [{ passwordHash: 'changed' }, world.newUser, world.newUser],
      sessions: [{ refreshDigest: 'changed' }, world.newSession],
      live: [world.newSession.id],
      rooms: [world.newRoom, world.newRoom],
      members: [world.newMember, null],
      count: 2,
      roomIds: [[world.roomId], []],
      sharing: [true, false],
      invites: [{ uses: 1 }, world.newInvite],
      head: [2, 2],
      entry: [world.change, world.change],
    });
  });

  it('undoes everything when the work throws, and throws the same', async () => {
    const world = await aWorld(current());
    const before = await stateOutside(current(), world);
    const error = new Error('the work failed');
    const run = current().unitOfWork.run(async (stores) => {
      await changeEverything(stores, world);
      throw error;
    });
    await expect(run).rejects.toBe(error);
    expect(await stateOutside(current(), world)).toEqual(before);
  });

  it('can do again what was undone', async () => {
    const world = await aWorld(current());
    let fails = true;
    const run = () =>
      current().unitOfWork.run(async (stores) => {
        await changeEverything(stores, world);
        if (fails) throw new Error('not yet');
      });
    await expect(run()).rejects.toThrow('not yet');
    fails = false;
    await run();
    expect(await stateOutside(current(), world)).toMatchObject({ count: 2, head: [2, 2], entry: [world.change, {}] });
  });

  it('commits a unit that only reads or does nothing', async () => {
    const { roomId } = await aPlace(current());
    expect(await current().unitOfWork.run(async () => 'nothing')).toBe('nothing');
    expect(await current().unitOfWork.run(({ journal }) => journal.head(roomId))).toBe(0);
  });
}

function refusals(current: CurrentPersistence): void {
  it('passes a refusal of a store on, undoing what came before', async () => {
    const taken = await storedUser(current());
    const room = aRoom({ createdBy: taken.id });
    const run = current().unitOfWork.run(async ({ rooms, users }) => {
      await rooms.insert(room);
      await users.insert(aUser({ email: taken.email }));
    });
    await expect(run).rejects.toMatchObject({ name: 'AppError', code: 'EMAIL_TAKEN' });
    expect(await current().rooms.byId(room.id)).toBeNull();
  });

  it('registers one of many that want the same name at the same time, wholly, and the others not at all', async () => {
    const attempts = Array.from({ length: 10 }, (_, index) => {
      const user = aUser({ email: 'one@example.org', username: `someone ${index}` });
      return { user, session: aSession({ userId: user.id }) };
    });
    const outcomes = await Promise.allSettled(
      attempts.map(({ user, session }) =>
        current().unitOfWork.run(async ({ users, sessions }) => {
          await users.insert(user);
          await sessions.insert(session);
        }),
      ),
    );
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map(({ reason }) => (reason as { code?: string }).code)).toEqual(
      Array.from({ length: 9 }, () => 'EMAIL_TAKEN'),
    );
    for (const [index, { user, session }] of attempts.entries()) {
      const won = outcomes[index]?.status === 'fulfilled';
      expect(await current().users.byId(user.id)).toEqual(won ? user : null);
      expect(await current().sessions.byId(session.id)).toEqual(won ? session : null);
    }
  });

  it('answers false to all but one of parallel joins in units that lock nothing', async () => {
    const { id: roomId } = await storedRoom(current());
    const { id: userId } = await storedUser(current());
    const outcomes = await inParallel(8, () =>
      current().unitOfWork.run(({ members }) => members.insert(aMember({ roomId, userId }))),
    );
    expect(countTrue(outcomes)).toBe(1);
  });
}

/** Any refusal, but not a wait that this suite gave up. */
const REFUSED = /^(?!Waited too long)/;

function bounds(current: CurrentPersistence): void {
  it('hands out stores that are good for nothing once the unit has ended', async () => {
    const { roomId, senderId } = await aPlace(current());
    const leaked: Stores[] = [];
    await current().unitOfWork.run(async (stores) => {
      leaked.push(stores);
    });
    const failed = current().unitOfWork.run(async (stores) => {
      leaked.push(stores);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    for (const { users, journal } of leaked) {
      const user = aUser();
      const inserting = users.insert(user);
      await expect(within('a store of a unit that has ended', inserting)).rejects.toThrow(REFUSED);
      const appending = journal.append(aChangeDraft({ roomId, actorId: senderId }));
      await expect(within('a journal of a unit that has ended', appending)).rejects.toThrow(REFUSED);
      expect(await current().users.byId(user.id)).toBeNull();
    }
    expect((await storedMessage(current(), { roomId, senderId })).seq).toBe(1);
  });
}
