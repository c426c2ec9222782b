import { describe, expect, it } from 'vitest';
import { CreateInvite, RevokeInvite } from '../../../../src/application/use-cases/manage-invites.ts';
import { aRoomId, aUserId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

/** A public and a private room of Alice; Bob wants in. */
async function aGuest() {
  const core = createCore();
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const open = await core.createRoom.execute({ userId: alice.id, name: 'open', isPrivate: false });
  const closed = await core.createRoom.execute({ userId: alice.id, name: 'closed', isPrivate: true });
  const { rooms, invites, log, members } = core.persistence;
  const deps = { ...core, rooms, invites };
  const createInvite = new CreateInvite(deps);
  const invite = (terms: { maxUses?: number; expiresInSeconds?: number } = {}) =>
    createInvite.execute({ roomId: closed.id, userId: alice.id, ...terms });
  const join = (input: { roomId?: typeof open.id; inviteCode?: string }, userId = bob.id) =>
    core.joinRoom.execute({ userId, ...input });
  const joinedEntries = async (roomId = open.id) => {
    const entries = await log.ranges([{ roomId, afterSeq: 0, toSeq: 100 }]);
    return entries.filter((entry) => entry.type === 'member_joined' && entry.userId === bob.id);
  };
  return {
    ...core,
    core,
    alice,
    bob,
    open,
    closed,
    invite,
    join,
    joinedEntries,
    members,
    revoke: new RevokeInvite(deps),
  };
}

describe('joining a room', () => {
  it('makes a member of a public room, who owes nobody a reading of what was said before', async () => {
    const { core, alice, bob, open, join, members } = await aGuest();
    await core.send(open.id, alice);
    expect(await join({ roomId: open.id })).toMatchObject({ room: { id: open.id }, role: 'member', joined: true });
    expect(await members.find(open.id, bob.id)).toMatchObject({ role: 'member', readSeq: 4, deliveredSeq: 4 });
  });

  it('lets the new member hear of the join and of everything after it, on all devices, and others too', async () => {
    const { core, alice, bob, open, join } = await aGuest();
    const devices = [await core.connect(bob), await core.connect(bob), await core.connect(alice)];
    await join({ roomId: open.id });
    await core.send(open.id, alice, 'welcome');
    for (const device of devices) {
      expect(core.entries(device, open.id)).toMatchObject([
        { type: 'member_joined', userId: bob.id, username: bob.username, role: 'member', seq: 3 },
        { type: 'message', content: 'welcome', seq: 4 },
      ]);
    }
  });

  it('is idempotent, also when it happens many times at once', async () => {
    const { bob, open, join, joinedEntries, members } = await aGuest();
    const answers = await Promise.all(Array.from({ length: 20 }, () => join({ roomId: open.id })));
    expect(answers.filter(({ joined }) => joined)).toHaveLength(1);
    expect(await joinedEntries()).toHaveLength(1);
    expect(await members.countOfRoom(open.id)).toBe(2);
    expect(await join({ roomId: open.id })).toMatchObject({ role: 'member', joined: false });
    expect(await members.find(open.id, bob.id)).not.toBeNull();
  });

  it('keeps the role of a member who joins again', async () => {
    const { alice, open, closed, join } = await aGuest();
    expect(await join({ roomId: open.id }, alice.id)).toMatchObject({ role: 'owner', joined: false });
    expect(await join({ roomId: closed.id }, alice.id)).toMatchObject({ role: 'owner', joined: false });
  });

  it('refuses a room that does not exist, and a user that does not', async () => {
    const { open, join } = await aGuest();
    await expect(join({ roomId: aRoomId() })).rejects.toEqual(refusal('ROOM_NOT_FOUND'));
    await expect(join({ roomId: open.id }, aUserId())).rejects.toEqual(refusal('UNAUTHENTICATED'));
  });

  it('needs an invite to a private room, and none of another room', async () => {
    const { closed, open, invite, join, core, alice } = await aGuest();
    const other = await core.createRoom.execute({ userId: alice.id, name: 'other', isPrivate: true });
    await expect(join({ roomId: closed.id })).rejects.toEqual(refusal('INVITE_REQUIRED'));
    await expect(join({ roomId: closed.id, inviteCode: 'wrong' })).rejects.toEqual(refusal('INVITE_REQUIRED'));
    for (const inviteCode of [other.inviteCode, open.inviteCode]) {
      await expect(join({ roomId: closed.id, inviteCode })).rejects.toEqual(refusal('INVITE_REQUIRED'));
    }
    await expect(join({ inviteCode: 'wrong' })).rejects.toEqual(refusal('INVITE_REQUIRED'));
    const { code } = await invite();
    await expect(join({ roomId: other.id, inviteCode: code })).rejects.toEqual(refusal('INVITE_REQUIRED'));
  });

  it('takes the code of the room itself, with or without its id', async () => {
    const { core, closed, join } = await aGuest();
    expect(await join({ inviteCode: closed.inviteCode })).toMatchObject({ room: { id: closed.id }, joined: true });
    const carol = await core.aPerson();
    expect(await join({ roomId: closed.id, inviteCode: closed.inviteCode }, carol.id)).toMatchObject({ joined: true });
  });

  it('counts each use of an invite once, and never more than it allows', async () => {
    const { core, closed, invite, join, persistence } = await aGuest();
    const { code } = await invite({ maxUses: 3 });
    const people = await Promise.all(Array.from({ length: 8 }, () => core.aPerson()));
    const outcomes = await Promise.allSettled(
      people.flatMap(({ id }) => [join({ inviteCode: code }, id), join({ roomId: closed.id, inviteCode: code }, id)]),
    );
    expect(await persistence.members.countOfRoom(closed.id)).toBe(4);
    expect((await persistence.invites.ofRoom(closed.id))[0]).toMatchObject({ uses: 3 });
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(refused).toHaveLength(10);
    for (const reason of refused) expect(reason).toEqual(refusal('INVITE_EXHAUSTED'));
  });

  it('costs a member no use, and needs no valid invite', async () => {
    const { invite, join, persistence, closed, scheduler } = await aGuest();
    const { code } = await invite({ maxUses: 1, expiresInSeconds: 60 });
    await join({ inviteCode: code });
    expect(await join({ inviteCode: code })).toMatchObject({ joined: false });
    await scheduler.advance(61_000);
    expect(await join({ inviteCode: code })).toMatchObject({ joined: false });
    expect((await persistence.invites.ofRoom(closed.id))[0]).toMatchObject({ uses: 1 });
  });

  it('refuses an invite from the moment of its end on, and a revoked one', async () => {
    const { core, alice, closed, invite, join, revoke, scheduler } = await aGuest();
    const short = await invite({ expiresInSeconds: 60 });
    const revoked = await invite();
    await revoke.execute({ roomId: closed.id, userId: alice.id, inviteId: revoked.invite.id });
    await expect(join({ inviteCode: revoked.code })).rejects.toEqual(refusal('INVITE_EXPIRED'));
    await scheduler.advance(59_999);
    const early = await core.aPerson();
    expect(await join({ inviteCode: short.code }, early.id)).toMatchObject({ joined: true });
    await scheduler.advance(1);
    await expect(join({ inviteCode: short.code })).rejects.toEqual(refusal('INVITE_EXPIRED'));
  });

  it('leaves nothing behind when it fails half-way', async () => {
    const { bob, closed, invite, join, persistence } = await aGuest();
    const { code } = await invite({ maxUses: 1 });
    // Stored after the use was counted and before the member: the unit of work undoes the first.
    await expect(join({ inviteCode: code }, aUserId())).rejects.toEqual(refusal('UNAUTHENTICATED'));
    expect((await persistence.invites.ofRoom(closed.id))[0]).toMatchObject({ uses: 0 });
    expect(await persistence.log.head(closed.id)).toBe(2);
    expect(await join({ inviteCode: code })).toMatchObject({ joined: true });
    expect(await persistence.members.find(closed.id, bob.id)).toMatchObject({ role: 'member' });
  });
});
