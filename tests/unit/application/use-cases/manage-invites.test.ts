import { describe, expect, it } from 'vitest';
import {
  CreateInvite,
  ListInvites,
  RevealInvite,
  RevokeInvite,
} from '../../../../src/application/use-cases/manage-invites.ts';
import { anInviteId, aRoomId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

/** A private room of Alice with Bob in it; Carol is outside. */
async function anOffice() {
  const core = createCore();
  const [alice, bob, carol] = [await core.aPerson(), await core.aPerson(), await core.aPerson()];
  const room = await core.createRoom.execute({ userId: alice.id, name: 'private', isPrivate: true });
  await core.joinRoom.execute({ userId: bob.id, roomId: room.id, inviteCode: room.inviteCode });
  const { rooms, invites } = core.persistence;
  const deps = { ...core, rooms, invites };
  const useCases = {
    reveal: new RevealInvite(deps),
    create: new CreateInvite(deps),
    list: new ListInvites(deps),
    revoke: new RevokeInvite(deps),
  };
  return { ...core, ...useCases, alice, bob, carol, room, roomId: room.id };
}

describe('invites', () => {
  it('are for admins: members are forbidden, and to others there is no such room', async () => {
    const { reveal, create, list, revoke, bob, carol, roomId } = await anOffice();
    for (const [userId, code] of [
      [bob.id, 'FORBIDDEN'],
      [carol.id, 'ROOM_NOT_FOUND'],
    ] as const) {
      const inRoom = { roomId, userId };
      await expect(reveal.execute(inRoom)).rejects.toEqual(refusal(code));
      await expect(create.execute(inRoom)).rejects.toEqual(refusal(code));
      await expect(list.execute(inRoom)).rejects.toEqual(refusal(code));
      await expect(revoke.execute({ ...inRoom, inviteId: anInviteId() })).rejects.toEqual(refusal(code));
    }
  });

  it('include one of the room itself that lasts', async () => {
    const { reveal, alice, room, roomId, scheduler } = await anOffice();
    expect(await reveal.execute({ roomId, userId: alice.id })).toBe(room.inviteCode);
    await scheduler.advance(366 * 24 * 60 * 60 * 1_000);
    expect(await reveal.execute({ roomId, userId: alice.id })).toBe(room.inviteCode);
  });

  it('tell their code once; only a digest of it is kept', async () => {
    const { create, list, alice, roomId, clock, tokens } = await anOffice();
    const { invite, code } = await create.execute({ roomId, userId: alice.id, expiresInSeconds: 60, maxUses: 3 });
    expect(invite).toMatchObject({
      createdBy: alice.id,
      expiresAtMs: clock.nowMs() + 60_000,
      maxUses: 3,
      uses: 0,
      codeDigest: tokens.digest(code),
    });
    const listed = await list.execute({ roomId, userId: alice.id });
    expect(listed).toEqual([invite]);
    expect(JSON.stringify(listed)).not.toContain(code);
  });

  it('without terms last and do not run out', async () => {
    const { create, alice, roomId } = await anOffice();
    const { invite } = await create.execute({ roomId, userId: alice.id });
    expect(invite).toMatchObject({ expiresAtMs: null, maxUses: null });
  });

  it('are listed newest first, and no longer once they are revoked', async () => {
    const { create, list, revoke, alice, roomId, scheduler } = await anOffice();
    const made = [];
    for (let count = 0; count < 3; count += 1) {
      made.unshift((await create.execute({ roomId, userId: alice.id })).invite.id);
      await scheduler.advance(1);
    }
    const listed = async () => (await list.execute({ roomId, userId: alice.id })).map(({ id }) => id);
    expect(await listed()).toEqual(made);
    const inviteId = made[1] ?? anInviteId();
    await revoke.execute({ roomId, userId: alice.id, inviteId });
    expect(await listed()).toEqual([made[0], made[2]]);
    await expect(revoke.execute({ roomId, userId: alice.id, inviteId })).rejects.toEqual(refusal('NOT_FOUND'));
  });

  it('are revoked in their own room only', async () => {
    const { create, revoke, createRoom, alice, roomId } = await anOffice();
    const other = await createRoom.execute({ userId: alice.id, name: 'other', isPrivate: true });
    const { invite } = await create.execute({ roomId, userId: alice.id });
    const revoking = revoke.execute({ roomId: other.id, userId: alice.id, inviteId: invite.id });
    await expect(revoking).rejects.toEqual(refusal('NOT_FOUND'));
    await expect(revoke.execute({ roomId: aRoomId(), userId: alice.id, inviteId: invite.id })).rejects.toEqual(
      refusal('ROOM_NOT_FOUND'),
    );
  });
});
