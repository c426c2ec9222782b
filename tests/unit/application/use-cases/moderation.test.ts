import { describe, expect, it } from 'vitest';
import type { Role } from '../../../../src/domain/room/member.ts';
import type { User } from '../../../../src/domain/user/user.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

async function aRoomOf(roles: Readonly<Record<string, Role>>) {
  const core = createCore();
  const owner = await core.aPerson();
  const { id: roomId } = await core.createRoom.execute({ userId: owner.id, name: 'a room', isPrivate: false });
  const people: Record<string, User> = { owner };
  for (const [name, role] of Object.entries(roles)) {
    const person = await core.aPerson();
    people[name] = person;
    await core.joinRoom.execute({ userId: person.id, roomId });
    if (role !== 'member') await core.changeRole.execute({ roomId, actorId: owner.id, userId: person.id, role });
  }
  const who = (name: string): User['id'] => people[name]?.id ?? ('nobody' as User['id']);
  const act = (actor: string, target: string) => ({ roomId, actorId: who(actor), userId: who(target) });
  return { core, roomId, who, act };
}

describe('the ranks of a room', () => {
  const RANKS = ['owner', 'admin', 'member'] as const;

  it.each(RANKS.flatMap((actor) => RANKS.map((target) => [actor, target] as const)))(
    'let the %s act on another %s only from above',
    async (actor, target) => {
      const { core, act, roomId, who } = await aRoomOf({
        admin: 'admin',
        member: 'member',
        admin2: 'admin',
        member2: 'member',
      });
      const other = target === 'owner' ? 'owner' : `${target}2`;
      if (actor === 'owner' && target === 'owner') return;
      const isAbove = RANKS.indexOf(actor) < RANKS.indexOf(target) && actor !== 'member';
      for (const attempt of [
        () => core.muteMember.execute(act(actor, other)),
        () => core.banUser.execute(act(actor, other)),
      ]) {
        if (isAbove) await expect(attempt()).resolves.toMatchObject({ roomId, userId: who(other) });
        else await expect(attempt()).rejects.toEqual(refusal('FORBIDDEN'));
      }
    },
  );

  it('are given by the owner alone', async () => {
    const { core, act } = await aRoomOf({ admin: 'admin', member: 'member' });
    const give = (actor: string, target: string, role: Role) =>
      core.changeRole.execute({ ...act(actor, target), role });
    await expect(give('admin', 'member', 'admin')).rejects.toEqual(refusal('FORBIDDEN'));
    await expect(give('member', 'member', 'owner')).rejects.toEqual(refusal('FORBIDDEN'));
    await expect(give('admin', 'admin', 'owner')).rejects.toEqual(refusal('FORBIDDEN'));
    await expect(give('owner', 'owner', 'admin')).rejects.toEqual(refusal('CONFLICT'));
    await give('owner', 'member', 'owner');
    await expect(give('owner', 'admin', 'member')).rejects.toEqual(refusal('FORBIDDEN'));
    await give('member', 'owner', 'member');
  });
});

describe('the trail of moderation', () => {
  it('has a line for everything that was done, without what somebody typed', async () => {
    const { core, act, roomId, who } = await aRoomOf({ bob: 'member' });
    const from = core.logger.lines.length;
    await core.muteMember.execute({ ...act('owner', 'bob'), reason: 'canary text' });
    await core.liftSanction.execute({ ...act('owner', 'bob'), kind: 'mute' });
    await core.updateRoom.execute({ roomId, actorId: who('owner'), name: 'canary name', slowModeSeconds: 3 });
    await core.removeMember.execute(act('owner', 'bob'));
    await core.banUser.execute({ ...act('owner', 'bob'), reason: 'canary text' });
    const lines = core.logger.lines.slice(from).filter(({ fields }) => 'audit' in fields);
    expect(lines.map(({ fields }) => fields['audit'])).toEqual([
      ...['member_muted', 'mute_lifted', 'room_updated', 'member_removed', 'member_banned'],
    ]);
    for (const { fields } of lines) {
      expect(fields).toMatchObject({ userId: who('owner'), roomId, seq: expect.any(Number) as number });
      if (fields['audit'] !== 'room_updated') expect(fields['targetId']).toBe(who('bob'));
    }
    expect(JSON.stringify(lines)).not.toContain('canary');
  });

  it('refuses a reason that is too long or could not be shown', async () => {
    const { core, act } = await aRoomOf({ bob: 'member' });
    for (const reason of ['x'.repeat(301), 'a\u0000b', '\ud800']) {
      await expect(core.banUser.execute({ ...act('owner', 'bob'), reason })).rejects.toEqual(
        refusal('VALIDATION_FAILED'),
      );
    }
    const ban = await core.banUser.execute({ ...act('owner', 'bob'), reason: '\u{1f3f3}'.repeat(300) });
    expect(ban.expiresAtMs).toBeNull();
  });
});
