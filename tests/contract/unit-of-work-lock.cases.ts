import { expect, it } from 'vitest';
import type { Stores } from '../../src/application/ports/index.ts';
import type { Invite } from '../../src/domain/room/invite.ts';
import type { RoomId } from '../../src/domain/room/room.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aChangeDraft, aMember, aTimeMs } from '../support/builders.ts';
import { countTrue, delay, inParallel, meanwhile, meetingOf, upTo, within } from './concurrency.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { aPlace, seqsOf, storedInvite, storedRoom, storedUser } from './seed.ts';

export function lockCases(current: CurrentPersistence): void {
  exclusion(current);
  freshness(current);
  joins(current);
  heldUsers(current);
}

function exclusion(current: CurrentPersistence): void {
  it('lets one unit at a time hold a room', async () => {
    const { id: roomId } = await storedRoom(current());
    let inside = 0;
    let most = 0;
    await inParallel(6, () =>
      current().unitOfWork.run(async ({ rooms }) => {
        await rooms.lock(roomId);
        inside += 1;
        most = Math.max(most, inside);
        await delay(15);
        inside -= 1;
      }),
    );
    expect(most).toBe(1);
  });

  it('frees the room when a unit fails', async () => {
    const { id: roomId } = await storedRoom(current());
    const failing = inParallel(3, () =>
      current()
        .unitOfWork.run(async ({ rooms }) => {
          await rooms.lock(roomId);
          throw new Error('no');
        })
        .catch(() => undefined),
    );
    await failing;
    const locked = current().unitOfWork.run(({ rooms }) => rooms.lock(roomId));
    expect((await within('the room of a failed unit', locked))?.id).toBe(roomId);
  });

  it('completes units that take two rooms in opposite order', async () => {
    const [one, other] = [await aPlace(current()), await aPlace(current())];
    const meet = meetingOf(2);
    const takeBoth = (places: readonly (typeof one)[]) =>
      current().unitOfWork.run(async ({ rooms, journal }) => {
        for (const { roomId, senderId } of places) {
          await rooms.lock(roomId);
          await journal.append(aChangeDraft({ roomId, actorId: senderId }));
          await meet();
        }
      });
    await within('two units in opposite order', Promise.all([takeBoth([one, other]), takeBoth([other, one])]), 15_000);
    expect(await seqsOf(current(), one.roomId)).toEqual([1, 2]);
    expect(await seqsOf(current(), other.roomId)).toEqual([1, 2]);
  });
}

function freshness(current: CurrentPersistence): void {
  it('shows a unit that got the room what the holders before it did, also if it had read before', async () => {
    const { id: roomId, createdBy } = await storedRoom(current());
    const users = await inParallel(4, () => storedUser(current()));
    const meet = meetingOf(users.length);
    const seen = await Promise.all(
      users.map(({ id: userId }) =>
        current().unitOfWork.run(async ({ rooms, members, journal }) => {
          // An adapter that reads from a snapshot begins it here, before the others are done.
          await rooms.byId(roomId);
          await members.countOfRoom(roomId);
          await journal.head(roomId);
          await meet();
          await rooms.lock(roomId);
          const count = await members.countOfRoom(roomId);
          const listed = (await members.ofRoom({ roomId, limit: 10 })).length;
          const head = await journal.head(roomId);
          await members.insert(aMember({ roomId, userId }));
          const { seq } = await journal.append(aChangeDraft({ roomId, actorId: createdBy }));
          return [count, listed, head, seq - 1];
        }),
      ),
    );
    expect(seen.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual([0, 1, 2, 3].map((n) => [n, n, n, n]));
  });
}

function joins(current: CurrentPersistence): void {
  interface Join {
    readonly roomId: RoomId;
    readonly userId: UserId;
    readonly invite: Invite;
    readonly meet: () => Promise<void>;
  }

  /** What the use case does: finds the invite, takes the room, and only then decides. */
  async function join({ rooms, members, invites, journal }: Stores, { roomId, userId, invite, meet }: Join) {
    const found = await invites.byDigest(invite.codeDigest);
    await meet();
    await rooms.lock(roomId);
    if (await members.find(roomId, userId)) return 'member already';
    if (!found || !(await invites.use(found.id, userId, aTimeMs()))) return 'refused';
    await journal.append(aChangeDraft({ roomId, actorId: userId }));
    expect(await members.insert(aMember({ roomId, userId }))).toBe(true);
    return 'joined';
  }

  it('lets one person in once, and counts one use, however often they join at the same time', async () => {
    const invite = await storedInvite(current());
    const { id: userId } = await storedUser(current());
    const meet = meetingOf(6);
    const outcomes = await inParallel(6, () =>
      current().unitOfWork.run((stores) => join(stores, { roomId: invite.roomId, userId, invite, meet })),
    );
    expect(outcomes.toSorted()).toEqual(['joined', ...Array.from({ length: 5 }, () => 'member already')]);
    expect((await current().invites.byDigest(invite.codeDigest))?.uses).toBe(1);
    expect(await seqsOf(current(), invite.roomId)).toEqual([1]);
  });

  it('lets as many in as an invite has uses', async () => {
    const invite = await storedInvite(current(), { maxUses: 3 });
    const { roomId } = invite;
    const users = await inParallel(8, () => storedUser(current()));
    const meet = meetingOf(8);
    const outcomes = await Promise.all(
      users.map(({ id: userId }) =>
        current().unitOfWork.run((stores) => join(stores, { roomId, userId, invite, meet })),
      ),
    );
    expect(countTrue(outcomes.map((outcome) => outcome === 'joined'))).toBe(3);
    expect(await current().members.countOfRoom(roomId)).toBe(3);
    expect((await current().invites.byDigest(invite.codeDigest))?.uses).toBe(3);
    expect(await seqsOf(current(), roomId)).toEqual(upTo(3));
  });
}

function heldUsers(current: CurrentPersistence): void {
  it('lets one unit at a time hold a user, and gives the user', async () => {
    const user = await storedUser(current());
    let inside = 0;
    let most = 0;
    await inParallel(6, () =>
      current().unitOfWork.run(async ({ users }) => {
        expect(await users.lock(user.id)).toEqual(user);
        inside += 1;
        most = Math.max(most, inside);
        await delay(15);
        inside -= 1;
      }),
    );
    expect(most).toBe(1);
  });

  it('changes no password while a unit holds the user, whatever unit or call wants to', async () => {
    const user = await storedUser(current());
    const change = { from: user.passwordHash, to: '$2b$12$new' };
    const order: string[] = [];
    let changing: Promise<unknown> = Promise.resolve();
    await current().unitOfWork.run(async ({ users }) => {
      await users.lock(user.id);
      changing = current()
        .users.setPasswordHash(user.id, change)
        .then(() => order.push('changed'));
      await meanwhile(changing);
      order.push('held');
    });
    await within('the change of a user that is free again', changing);
    expect(order).toEqual(['held', 'changed']);
  });

  it('shows a unit that got the user the password that was set before, also if it had read before', async () => {
    const user = await storedUser(current());
    const meet = meetingOf(2);
    let isChanging = false;
    const reading = current().unitOfWork.run(async ({ users }) => {
      await users.byId(user.id);
      await meet();
      // Where units run one after the other, this one may be the first.
      const expected = isChanging ? '$2b$12$new' : user.passwordHash;
      expect((await users.lock(user.id))?.passwordHash).toBe(expected);
    });
    const changing = current().unitOfWork.run(async ({ users }) => {
      isChanging = true;
      await users.setPasswordHash(user.id, { from: user.passwordHash, to: '$2b$12$new' });
      await meet();
      await delay(30);
    });
    await Promise.all([reading, changing]);
    expect((await current().users.byId(user.id))?.passwordHash).toBe('$2b$12$new');
  });
}
