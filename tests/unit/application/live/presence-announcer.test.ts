import { describe, expect, it } from 'vitest';
import {
  GATHER_MS,
  OFFLINE_GRACE_MS,
  STORM_CHANGES,
  STORM_GATHER_MS,
} from '../../../../src/application/live/presence-announcer.ts';
import type { UserStore } from '../../../../src/application/ports/index.ts';
import { PUSHED_LISTENERS_MAX } from '../../../../src/domain/presence/presence.ts';
import type { User } from '../../../../src/domain/user/user.ts';
import { createCore, type CoreOptions } from '../../../support/harness/core.ts';

/** Somebody who comes and goes, and a device of another member of the same room that watches. */
async function aWatched(options: CoreOptions = {}) {
  const core = createCore(options);
  const [person, watcher, stranger] = [await core.aPerson(), await core.aPerson(), await core.aPerson()];
  const roomId = await core.aRoomOf(watcher, person);
  const [eye, farEye] = [await core.connect(watcher), await core.connect(stranger)];
  /** A new device of the person, of which the others have heard. */
  const arrive = async () => {
    const device = await core.connect(person);
    await core.scheduler.advance(GATHER_MS);
    return device;
  };
  await core.scheduler.advance(GATHER_MS);
  const heardBy = (connectionId: string) =>
    core.live.heard(connectionId).flatMap((item) => (item.event === 'presence' ? [item.change] : []));
  const heard = () => heardBy(eye).map(({ online }) => online);
  return { ...core, core, person, watcher, roomId, arrive, farEye, heardBy, eye, heard };
}

const lastSeenOf = async ({ byId }: { byId: () => Promise<{ lastSeenAtMs: number | null } | null> }) =>
  (await byId())?.lastSeenAtMs ?? null;

describe('the presence of a person', () => {
  it('is announced to those who share a room, not to others and not to the person', async () => {
    const { core, person, heardBy, eye, farEye, scheduler } = await aWatched();
    const device = await core.connect(person);
    await core.disconnect(person, device);
    await scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS);
    expect(heardBy(eye)).toMatchObject([
      { userId: person.id, online: true, lastSeenAtMs: null },
      { userId: person.id, online: false },
    ]);
    expect(heardBy(farEye)).toEqual([]);
    expect(heardBy(device)).toEqual([]);
  });

  it('is one for all devices: only the first and the last count', async () => {
    const { core, person, heard, scheduler, arrive } = await aWatched();
    const devices = [await arrive(), await arrive(), await arrive()];
    expect(heard()).toEqual([true]);
    for (const device of devices.slice(1)) await core.disconnect(person, device);
    await scheduler.advance(OFFLINE_GRACE_MS * 5);
    expect(heard()).toEqual([true]);
    await core.disconnect(person, devices[0] as string);
    await scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS);
    expect(heard()).toEqual([true, false]);
  });

  it('survives a reload: who is back within the grace was never away', async () => {
    const { core, person, heard, scheduler, arrive } = await aWatched();
    await core.disconnect(person, await arrive());
    await scheduler.advance(OFFLINE_GRACE_MS - 1);
    await core.connect(person);
    await scheduler.advance(OFFLINE_GRACE_MS * 5);
    expect(heard()).toEqual([true]);
  });

  it('ends one grace after the last of several departures', async () => {
    const { core, person, heard, scheduler, arrive } = await aWatched();
    await core.disconnect(person, await arrive());
    await scheduler.advance(OFFLINE_GRACE_MS - 1);
    await core.disconnect(person, await core.connect(person));
    await scheduler.advance(OFFLINE_GRACE_MS - 1);
    expect(heard()).toEqual([true]);
    await scheduler.advance(1 + GATHER_MS);
    expect(heard()).toEqual([true, false]);
  });

  it('was last seen when the last device went, not when others were told', async () => {
    const { core, person, heardBy, eye, scheduler, clock, persistence } = await aWatched();
    const device = await core.connect(person);
    await scheduler.advance(5_000);
    const leftAtMs = clock.nowMs();
    await core.disconnect(person, device);
    await scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS);
    expect(heardBy(eye).at(-1)).toEqual({ userId: person.id, online: false, lastSeenAtMs: leftAtMs });
    expect(await lastSeenOf({ byId: () => persistence.users.byId(person.id) })).toBe(leftAtMs);
  });

  it('is told to a room that the person joins', async () => {
    const { core, watcher, person, heard, joinRoom, arrive } = await aWatched();
    await arrive();
    const otherRoomId = await core.aRoomOf(watcher);
    await joinRoom.execute({ userId: person.id, roomId: otherRoomId });
    await core.scheduler.advance(0);
    expect(heard()).toEqual([true, true]);
  });

  it('is written down now and then, so that a crash loses little of it', async () => {
    const { core, person, announcer, scheduler, clock, persistence } = await aWatched();
    await core.connect(person);
    announcer.start();
    await scheduler.advance(60_000);
    const seenAtMs = (await lastSeenOf({ byId: () => persistence.users.byId(person.id) })) ?? 0;
    expect(clock.nowMs() - seenAtMs).toBeLessThanOrEqual(15_000);
  });

  it('is announced no more once stopped, and who is there or is just leaving is written down', async () => {
    const { core, person, watcher, announcer, scheduler, heard, clock, persistence, arrive } = await aWatched();
    announcer.start();
    await core.disconnect(person, await arrive());
    const stoppedAtMs = clock.nowMs();
    await announcer.stop();
    await scheduler.advance(60_000);
    expect(heard()).toEqual([true]);
    for (const { id } of [person, watcher]) {
      expect(await lastSeenOf({ byId: () => persistence.users.byId(id) })).toBe(stoppedAtMs);
    }
  });

  it('does not fail a connection when it cannot be announced', async () => {
    const { core, person, watcher, logger, persistence, scheduler } = await aWatched();
    await core.connect(person);
    persistence.members.roomIdsOfEach = async () => {
      throw new Error('the database is down');
    };
    await scheduler.advance(GATHER_MS);
    expect(logger.lines.map(({ level }) => level)).toContain('warn');
    expect(await core.presence.onlineAmong([person.id, watcher.id])).toEqual(new Set([person.id, watcher.id]));
  });

  it('ends as online for somebody who comes back while the departure is being written down', async () => {
    let release: (() => void) | undefined;
    const slow = (users: UserStore): UserStore =>
      Object.assign(Object.create(users) as UserStore, {
        insert: users.insert.bind(users),
        byId: users.byId.bind(users),
        byIds: users.byIds.bind(users),
        byEmail: users.byEmail.bind(users),
        markSeen: () => new Promise<void>((resolve) => (release = resolve)),
      });
    const { core, person, heard, scheduler, arrive } = await aWatched({
      adapt: ({ persistence }) => ({ persistence: { ...persistence, users: slow(persistence.users) } }),
    });
    await core.disconnect(person, await arrive());
    await scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS);
    await core.connect(person);
    await scheduler.advance(GATHER_MS);
    release?.();
    await scheduler.advance(GATHER_MS);
    expect(heard()).toEqual([true, false, true]);
  });

  it('never ended for others when the person is back before anybody was told', async () => {
    const { core, person, heard, scheduler, arrive } = await aWatched();
    await core.disconnect(person, await arrive());
    await scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS - 1);
    await core.connect(person);
    await scheduler.advance(OFFLINE_GRACE_MS * 5);
    expect(heard()).toEqual([true]);
  });
});

describe('a storm', () => {
  /** Everybody comes at once; resolves to the queries and the rounds of telling that it took. */
  async function ofPeople(count: number) {
    const core = createCore();
    const people = await Promise.all(Array.from({ length: count }, () => core.aPerson()));
    const [owner, ...others] = people;
    if (!owner) throw new Error('A storm needs people.');
    await core.aRoomOf(owner, ...others);
    const { members } = core.persistence;
    const each = members.roomIdsOfEach.bind(members);
    const presence = core.broadcaster.presence.bind(core.broadcaster);
    const seen = { queries: 0, rounds: new Set<number>(), changes: 0 };
    for (const person of people) await core.connect(person);
    members.roomIdsOfEach = (userIds) => {
      seen.queries += 1;
      return each(userIds);
    };
    core.broadcaster.presence = (...change) => {
      seen.rounds.add(seen.queries);
      seen.changes += 1;
      presence(...change);
    };
    await core.scheduler.advance(GATHER_MS);
    return { queries: seen.queries, rounds: seen.rounds.size, changes: seen.changes };
  }

  it('of people is told in one round and costs one query, however many they are', async () => {
    expect(await ofPeople(10)).toEqual({ queries: 1, rounds: 1, changes: 10 });
    expect(await ofPeople(200)).toEqual({ queries: 1, rounds: 1, changes: 200 });
  });

  it('that goes on is told in longer rounds, and when it is over the next one is told soon', async () => {
    const core = createCore();
    const watcher = await core.aPerson();
    const people = await Promise.all(Array.from({ length: STORM_CHANGES + 2 }, () => core.aPerson()));
    await core.aRoomOf(watcher, ...people);
    const eye = await core.connect(watcher);
    await core.scheduler.advance(GATHER_MS);
    const heard = () => core.live.heard(eye).filter(({ event }) => event === 'presence').length;
    const [next, last, ...crowd] = people as [User, User, ...User[]];
    for (const person of crowd) await core.connect(person);
    // Somebody comes while the others are being told.
    const { members } = core.persistence;
    const each = members.roomIdsOfEach.bind(members);
    members.roomIdsOfEach = async (userIds) => {
      members.roomIdsOfEach = each;
      await core.connect(next);
      return each(userIds);
    };
    await core.scheduler.advance(GATHER_MS);
    expect(heard()).toBe(STORM_CHANGES);
    await core.scheduler.advance(STORM_GATHER_MS - 1);
    expect(heard()).toBe(STORM_CHANGES);
    await core.scheduler.advance(1);
    expect(heard()).toBe(STORM_CHANGES + 1);
    await core.connect(last);
    await core.scheduler.advance(GATHER_MS);
    expect(heard()).toBe(STORM_CHANGES + 2);
  });

  it('of departures at one moment writes last seen once', async () => {
    const core = createCore();
    const people = await Promise.all(Array.from({ length: 50 }, () => core.aPerson()));
    const devices = await Promise.all(people.map((person) => core.connect(person)));
    const { users } = core.persistence;
    const markSeen = users.markSeen.bind(users);
    const calls: number[] = [];
    users.markSeen = (ids, atMs) => {
      calls.push(ids.length);
      return markSeen(ids, atMs);
    };
    for (const [index, person] of people.entries()) await core.disconnect(person, devices[index] ?? '');
    await core.scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS);
    expect(calls).toEqual([50]);
  });
});

describe('in a room with many connections', () => {
  /** As many people as are still told of each other, one device each, and one who comes later. */
  async function aLargeRoom() {
    const core = createCore();
    const people = await Promise.all(Array.from({ length: PUSHED_LISTENERS_MAX + 1 }, () => core.aPerson()));
    const [person, watcher] = people as [User, User];
    const roomId = await core.aRoomOf(watcher, person, ...people.slice(2));
    const [eye, ...devices] = await Promise.all(people.slice(1).map((other) => core.connect(other)));
    await core.scheduler.advance(GATHER_MS);
    const heardOf = (connectionId: string) =>
      core.live
        .heard(connectionId)
        .flatMap((item) => (item.event === 'presence' && item.change.userId === person.id ? [item.change.online] : []));
    const comesAndGoes = async () => {
      const device = await core.connect(person);
      await core.scheduler.advance(GATHER_MS);
      await core.disconnect(person, device);
      await core.scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS);
    };
    return { core, person, watcher, roomId, eye: eye ?? '', devices, heardOf, comesAndGoes };
  }

  it('only those hear of somebody who watch the person, and no longer than they do', async () => {
    const { core, person, eye, devices, heardOf, comesAndGoes } = await aLargeRoom();
    core.broadcaster.watch(eye, [person.id]);
    await comesAndGoes();
    // The room is large while the person is there, and all hear of the going.
    expect(heardOf(eye)).toEqual([true, false]);
    expect(heardOf(devices[0] ?? '')).toEqual([false]);
    core.broadcaster.watch(eye, []);
    await comesAndGoes();
    expect(heardOf(eye)).toEqual([true, false, false]);
  });

  it('nobody hears of somebody with whom they share no room any more, whatever they watch', async () => {
    const { core, person, watcher, roomId, eye, heardOf, comesAndGoes } = await aLargeRoom();
    core.broadcaster.watch(eye, [person.id]);
    await core.persistence.unitOfWork.run(({ members }) => members.remove(roomId, watcher.id));
    core.broadcaster.expel(roomId, watcher.id);
    await comesAndGoes();
    expect(heardOf(eye)).toEqual([]);
  });
});
