import { describe, expect, it } from 'vitest';
import type { MembershipStore } from '../../../../src/application/ports/index.ts';
import { aChangeDraft, aSessionId } from '../../../support/builders.ts';
import { createCore, type CoreOptions } from '../../../support/harness/core.ts';

/** A list of rooms that arrives only when it is let through, as it was when it was asked for. */
function slowRooms() {
  const gate: { asked: (() => void) | null; release: (() => void) | null } = { asked: null, release: null };
  const options: CoreOptions = {
    adapt: ({ persistence }) => {
      const { members } = persistence;
      const slow = new Proxy(members, {
        get: (target, key: keyof MembershipStore) => {
          if (key !== 'roomIdsOfEach') return target[key].bind(target);
          return async (userIds: Parameters<MembershipStore['roomIdsOfEach']>[0]) => {
            const lists = await target.roomIdsOfEach(userIds);
            if (gate.asked) {
              gate.asked();
              gate.asked = null;
              await new Promise<void>((resolve) => (gate.release = resolve));
            }
            return lists;
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
  // Nobody listens, so the room is not followed.
  await core.feed.poll();
  await core.feed.poll();
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

  it('does not hear of a room that was left elsewhere after the list was read, before the log was followed', async () => {
    const { core, alice, bob, roomId, opening, release } = await aConnectionUnderWay('member');
    // Another node: nobody here is told.
    await core.persistence.unitOfWork.run(async ({ members, journal }) => {
      await members.remove(roomId, bob.id);
      await journal.append(aChangeDraft({ roomId }, { type: 'member_left', userId: bob.id }));
    });
    release();
    await opening;
    await core.send(roomId, alice, 'without you');
    expect(core.entries('new', roomId)).toEqual([]);
  });

  it('hears of nothing twice and misses nothing of what is committed after it was opened', async () => {
    const core = createCore();
    const [alice, bob] = [await core.aPerson(), await core.aPerson()];
    const roomId = await core.aRoomOf(alice, bob);
    const sending = Array.from({ length: 5 }, () => core.send(roomId, alice, 'meanwhile'));
    const device = await core.connect(bob);
    const { seq: first } = (await core.send(roomId, alice, 'after')).entry;
    await Promise.all(sending);
    const heard = core.entries(device, roomId).map(({ seq }) => seq);
    expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b));
    expect(heard).toContain(first);
  });
});
