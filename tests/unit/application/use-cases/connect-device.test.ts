import { describe, expect, it } from 'vitest';
import type { MembershipStore, RoomLog } from '../../../../src/application/ports/index.ts';
import { aSessionId } from '../../../support/builders.ts';
import { createCore, type CoreOptions } from '../../../support/harness/core.ts';

/** A list of rooms that arrives only when it is let through, as it was when it was asked for. */
function slowRooms() {
  const gate: { asked: (() => void) | null; release: (() => void) | null } = { asked: null, release: null };
  const options: CoreOptions = {
    adapt: ({ persistence }) => {
      const { members } = persistence;
      const slow = new Proxy(members, {
        get: (target, key: keyof MembershipStore) => {
          if (key !== 'roomIdsOf') return target[key].bind(target);
          return async (userId: Parameters<MembershipStore['roomIdsOf']>[0]) => {
            const roomIds = [...(await target.roomIdsOf(userId))];
            if (gate.asked) {
              gate.asked();
              gate.asked = null;
              await new Promise<void>((resolve) => (gate.release = resolve));
            }
            return roomIds;
          };
        },
      });
      return { persistence: { ...persistence, members: slow } };
    },
  };
  return { options, gate };
}

/** Bob's new connection, stopped between the reading of his rooms and its attachment. */
async function aConnectionUnderWay(join: 'member' | 'outsider') {
  const { options, gate } = slowRooms();
  const core = createCore(options);
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const roomId = join === 'member' ? await core.aRoomOf(alice, bob) : await core.aRoomOf(alice);
  core.live.connect({ connectionId: 'new', userId: bob.id, sessionId: aSessionId() });
  const asked = new Promise<void>((resolve) => (gate.asked = resolve));
  const opening = core.connectDevice.execute({ userId: bob.id, connectionId: 'new' });
  await asked;
  return { core, alice, bob, roomId, opening, release: () => gate.release?.() };
}

describe('a new connection', () => {
  it('hears of all rooms of its user from there on', async () => {
    const core = createCore();
    const [alice, bob] = [await core.aPerson(), await core.aPerson()];
    const rooms = [await core.aRoomOf(alice, bob), await core.aRoomOf(alice, bob)];
    const foreign = await core.aRoomOf(alice);
    await core.send(rooms[0] ?? foreign, alice, 'before');
    const device = await core.connect(bob);
    for (const roomId of [...rooms, foreign]) await core.send(roomId, alice, 'after');
    const heard = core.live.heard(device).flatMap((item) => (item.event === 'entry' ? [item.entry] : []));
    expect(heard).toMatchObject(rooms.map((roomId) => ({ roomId, content: 'after' })));
  });

  it('does not hear of a room that was left while it was being opened', async () => {
    const { core, alice, bob, roomId, opening, release } = await aConnectionUnderWay('member');
    await core.leaveRoom.execute({ roomId, userId: bob.id });
    release();
    await opening;
    await core.send(roomId, alice, 'without you');
    expect(core.entries('new', roomId)).toEqual([]);
  });

  it('hears of a room that was joined while it was being opened', async () => {
    const { core, alice, bob, roomId, opening, release } = await aConnectionUnderWay('outsider');
    await core.joinRoom.execute({ roomId, userId: bob.id });
    release();
    await opening;
    await core.send(roomId, alice, 'welcome');
    expect(core.entries('new', roomId)).toMatchObject([{ type: 'member_joined' }, { content: 'welcome' }]);
  });

  it('misses nothing that is committed while the place in the log is read', async () => {
    let asked = () => {};
    let release = () => {};
    let gate: Promise<void> | null = null;
    const core = createCore({
      adapt: ({ persistence }) => ({
        persistence: {
          ...persistence,
          log: new Proxy(persistence.log, {
            get: (log, key: keyof RoomLog) => {
              if (key !== 'heads') return log[key].bind(log);
              return async (roomIds: Parameters<RoomLog['heads']>[0]) => {
                const heads = await log.heads(roomIds);
                asked();
                await gate;
                return heads;
              };
            },
          }),
        },
      }),
    });
    const [alice, bob] = [await core.aPerson(), await core.aPerson()];
    const roomId = await core.aRoomOf(alice, bob);
    await core.feed.poll();
    const reading = new Promise<void>((resolve) => (asked = resolve));
    gate = new Promise((resolve) => (release = resolve));
    const opening = core.connect(bob);
    await reading;
    // Above the place that was read, told before anybody knows that place.
    await core.send(roomId, alice, 'meanwhile');
    release();
    expect(core.entries(await opening, roomId)).toMatchObject([{ content: 'meanwhile' }]);
  });
});
