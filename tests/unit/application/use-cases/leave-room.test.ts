import { describe, expect, it } from 'vitest';
import { aRoomId, aUserId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

async function aRoom() {
  const core = createCore();
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const roomId = await core.aRoomOf(alice, bob);
  const leave = (userId = bob.id) => core.leaveRoom.execute({ roomId, userId });
  return { ...core, core, alice, bob, roomId, leave };
}

describe('creating a room', () => {
  it('begins its log with the room and its owner, who is a member and hears of it', async () => {
    const core = createCore();
    const alice = await core.aPerson();
    const device = await core.connect(alice);
    const room = await core.createRoom.execute({ userId: alice.id, name: '  a room ', isPrivate: true });
    expect(room).toMatchObject({ name: 'a room', isPrivate: true, createdBy: alice.id });
    expect(core.entries(device, room.id)).toMatchObject([
      { seq: 1, type: 'room_created', name: 'a room', isPrivate: true, actorId: alice.id },
      { seq: 2, type: 'member_joined', userId: alice.id, username: alice.username, role: 'owner' },
    ]);
    expect(await core.persistence.members.find(room.id, alice.id)).toMatchObject({ role: 'owner', readSeq: 2 });
  });

  it.each(['', '  ', 'x'.repeat(121), 'two\nlines', '\ud800'])('refuses the name %j', async (name) => {
    const core = createCore();
    const alice = await core.aPerson();
    const creating = core.createRoom.execute({ userId: alice.id, name, isPrivate: false });
    await expect(creating).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { name: expect.any(String) as string },
    });
    expect(await core.persistence.directory.summariesOf(alice.id)).toEqual([]);
  });

  it('refuses a creator who does not exist, and keeps nothing', async () => {
    const core = createCore();
    const creating = core.createRoom.execute({ userId: aUserId(), name: 'a room', isPrivate: false });
    await expect(creating).rejects.toEqual(refusal('UNAUTHENTICATED'));
    expect(await core.persistence.rooms.publicPage({ limit: 10 })).toEqual([]);
  });
});

describe('leaving a room', () => {
  it('is told to every device of the member as the last thing of the room, and to the others', async () => {
    const { core, alice, bob, roomId, leave } = await aRoom();
    const [phone, desk, eye] = [await core.connect(bob), await core.connect(bob), await core.connect(alice)];
    await leave();
    await core.send(roomId, alice, 'afterwards');
    const left = { type: 'member_left', userId: bob.id, seq: 4 };
    for (const device of [phone, desk]) expect(core.entries(device, roomId)).toMatchObject([left]);
    expect(core.entries(eye, roomId)).toMatchObject([left, { type: 'message', seq: 5 }]);
  });

  it('ends the membership, and joining again begins a new one', async () => {
    const { core, alice, bob, roomId, leave, joinRoom, persistence } = await aRoom();
    const device = await core.connect(bob);
    await leave();
    expect(await persistence.members.find(roomId, bob.id)).toBeNull();
    await core.send(roomId, alice, 'missed');
    expect(await joinRoom.execute({ userId: bob.id, roomId })).toMatchObject({ role: 'member', joined: true });
    await core.send(roomId, alice, 'heard');
    expect(core.entries(device, roomId).map(({ seq }) => seq)).toEqual([4, 6, 7]);
  });

  it('is refused to who is no member, as the room lets itself be seen', async () => {
    const { core, alice, leave } = await aRoom();
    const outsider = await core.aPerson();
    await expect(leave(outsider.id)).rejects.toEqual(refusal('NOT_A_MEMBER'));
    await leave();
    await expect(leave()).rejects.toEqual(refusal('NOT_A_MEMBER'));
    const hidden = await core.createRoom.execute({ userId: alice.id, name: 'hidden', isPrivate: true });
    for (const roomId of [hidden.id, aRoomId()]) {
      const leaving = core.leaveRoom.execute({ roomId, userId: outsider.id });
      await expect(leaving).rejects.toEqual(refusal('ROOM_NOT_FOUND'));
    }
  });

  it('happens once of many at once', async () => {
    const { core, roomId, leave, persistence } = await aRoom();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => leave()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await persistence.log.head(roomId)).toBe(4);
    expect(core.logger.lines).toEqual([]);
  });

  it('is refused to an owner while others are there, and granted to the last one', async () => {
    const { alice, leave, persistence, roomId } = await aRoom();
    await expect(leave(alice.id)).rejects.toEqual(refusal('CONFLICT'));
    expect(await persistence.members.find(roomId, alice.id)).toMatchObject({ role: 'owner' });
    await leave();
    await leave(alice.id);
    expect(await persistence.members.countOfRoom(roomId)).toBe(0);
  });

  it('is not hurried past a message that was sent before it', async () => {
    const { core, alice, bob, roomId, leave } = await aRoom();
    const device = await core.connect(bob);
    // What bob sent comes before his leaving, or not at all.
    await Promise.allSettled([core.send(roomId, bob, 'bye'), core.send(roomId, alice, 'bye, bob'), leave()]);
    const seqs = core.entries(device, roomId).map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((one, other) => one - other));
    expect(core.entries(device, roomId).at(-1)).toMatchObject({ type: 'member_left' });
  });
});
