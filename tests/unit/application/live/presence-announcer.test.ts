import { describe, expect, it } from 'vitest';
import { OFFLINE_GRACE_MS } from '../../../../src/application/live/presence-announcer.ts';
import type { UserStore } from '../../../../src/application/ports/index.ts';
import { createCore, type CoreOptions } from '../../../support/harness/core.ts';

/** Somebody who comes and goes, and a device of another member of the same room that watches. */
async function aWatched(options: CoreOptions = {}) {
  const core = createCore(options);
  const [person, watcher, stranger] = [await core.aPerson(), await core.aPerson(), await core.aPerson()];
  const roomId = await core.aRoomOf(watcher, person);
  const [eye, farEye] = [await core.connect(watcher), await core.connect(stranger)];
  const heardBy = (connectionId: string) =>
    core.live.heard(connectionId).flatMap((item) => (item.event === 'presence' ? [item.change] : []));
  const heard = () => heardBy(eye).map(({ online }) => online);
  return { ...core, core, person, watcher, roomId, farEye, heardBy, eye, heard };
}

const lastSeenOf = async ({ byId }: { byId: () => Promise<{ lastSeenAtMs: number | null } | null> }) =>
  (await byId())?.lastSeenAtMs ?? null;

describe('the presence of a person', () => {
  it('is announced to those who share a room, not to others and not to the person', async () => {
    const { core, person, heardBy, eye, farEye, scheduler } = await aWatched();
    const device = await core.connect(person);
    await core.disconnect(person, device);
    await scheduler.advance(OFFLINE_GRACE_MS);
    expect(heardBy(eye)).toMatchObject([
      { userId: person.id, online: true, lastSeenAtMs: null },
      { userId: person.id, online: false },
    ]);
    expect(heardBy(farEye)).toEqual([]);
    expect(heardBy(device)).toEqual([]);
  });

  it('is one for all devices: only the first and the last count', async () => {
    const { core, person, heard, scheduler } = await aWatched();
    const devices = [await core.connect(person), await core.connect(person), await core.connect(person)];
    expect(heard()).toEqual([true]);
    for (const device of devices.slice(1)) await core.disconnect(person, device);
    await scheduler.advance(OFFLINE_GRACE_MS * 5);
    expect(heard()).toEqual([true]);
    await core.disconnect(person, devices[0] as string);
    await scheduler.advance(OFFLINE_GRACE_MS);
    expect(heard()).toEqual([true, false]);
  });

  it('survives a reload: who is back within the grace was never away', async () => {
    const { core, person, heard, scheduler } = await aWatched();
    await core.disconnect(person, await core.connect(person));
    await scheduler.advance(OFFLINE_GRACE_MS - 1);
    await core.connect(person);
    await scheduler.advance(OFFLINE_GRACE_MS * 5);
    expect(heard()).toEqual([true]);
  });

  it('ends one grace after the last of several departures', async () => {
    const { core, person, heard, scheduler } = await aWatched();
    await core.disconnect(person, await core.connect(person));
    await scheduler.advance(OFFLINE_GRACE_MS - 1);
    await core.disconnect(person, await core.connect(person));
    await scheduler.advance(OFFLINE_GRACE_MS - 1);
    expect(heard()).toEqual([true]);
    await scheduler.advance(1);
    expect(heard()).toEqual([true, false]);
  });

  it('was last seen when the last device went, not when others were told', async () => {
    const { core, person, heardBy, eye, scheduler, clock, persistence } = await aWatched();
    const device = await core.connect(person);
    await scheduler.advance(5_000);
    const leftAtMs = clock.nowMs();
    await core.disconnect(person, device);
    await scheduler.advance(OFFLINE_GRACE_MS);
    expect(heardBy(eye).at(-1)).toEqual({ userId: person.id, online: false, lastSeenAtMs: leftAtMs });
    expect(await lastSeenOf({ byId: () => persistence.users.byId(person.id) })).toBe(leftAtMs);
  });

  it('is told to a room that the person joins', async () => {
    const { core, person, watcher, heard, joinRoom } = await aWatched();
    await core.connect(person);
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
    const { core, person, watcher, announcer, scheduler, heard, clock, persistence } = await aWatched();
    announcer.start();
    await core.disconnect(person, await core.connect(person));
    const stoppedAtMs = clock.nowMs();
    await announcer.stop();
    await scheduler.advance(60_000);
    expect(heard()).toEqual([true]);
    for (const { id } of [person, watcher]) {
      expect(await lastSeenOf({ byId: () => persistence.users.byId(id) })).toBe(stoppedAtMs);
    }
  });

  it('does not fail a connection when it cannot be announced', async () => {
    const { core, person, watcher, logger, persistence } = await aWatched();
    const original = persistence.members.roomIdsOf.bind(persistence.members);
    let calls = 0;
    persistence.members.roomIdsOf = async (userId) => {
      calls += 1;
      // The first call opens the connection, the second one announces it.
      if (calls === 2) throw new Error('the database is down');
      return original(userId);
    };
    await core.connect(person);
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
    const { core, person, heard, scheduler } = await aWatched({
      adapt: ({ persistence }) => ({ persistence: { ...persistence, users: slow(persistence.users) } }),
    });
    await core.disconnect(person, await core.connect(person));
    await scheduler.advance(OFFLINE_GRACE_MS);
    const back = core.connect(person);
    await scheduler.advance(0);
    release?.();
    await back;
    await scheduler.advance(0);
    expect(heard().at(-1)).toBe(true);
  });
});
