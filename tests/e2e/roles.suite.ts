import { describe, expect, it } from 'vitest';
import { codeOf } from '../support/harness/asking.ts';
import { settled, type Person } from '../support/harness/person.ts';
import { useSite, type Start } from '../support/harness/site.ts';

/** Who is what in a room, and how they came in. */
export function rolesSuite(database: string, start: Start): void {
  roles(database, start);
  invites(database, start);
}

function roles(database: string, start: Start): void {
  describe(`roles in a room, on ${database}`, () => {
    const site = useSite(start);

    it('has one owner at every moment, also when two hand it over at once', async () => {
      const { roomId, people } = await site.room('owner', 'one', 'two');
      const [owner, one, two] = people as [Person, Person, Person];
      const path = `/api/rooms/${roomId}`;
      const hand = (from: Person, to: Person) =>
        codeOf(from.call('PATCH', `${path}/members/${to.id}`, { role: 'owner' }));
      expect(await codeOf(owner.call('DELETE', `${path}/members/me`))).toBe('CONFLICT');
      expect(await codeOf(owner.call('PATCH', `${path}/members/${owner.id}`, { role: 'member' }))).toBe('CONFLICT');
      const outcomes = await Promise.all([hand(owner, one), hand(owner, two)]);
      expect(outcomes.toSorted()).toEqual(['FORBIDDEN', 'ok']);
      const { members } = (await owner.call('GET', `${path}/members`)).body;
      const roles = (members as { userId: string; role: string }[]).map(({ role }) => role).toSorted();
      expect(roles).toEqual(['admin', 'member', 'owner']);
      expect(members).toContainEqual(expect.objectContaining({ userId: owner.id, role: 'admin' }));
      expect(await codeOf(owner.call('DELETE', `${path}/members/me`))).toBe('ok');
    });

    it('tells the room of a change, once, and what is so already changes nothing', async () => {
      const { roomId, people } = await site.room('owner', 'bob');
      const [owner, bob] = people as [Person, Person];
      const b = await bob.connect();
      const path = `/api/rooms/${roomId}`;
      const appoint = () => owner.call('PATCH', `${path}/members/${bob.id}`, { role: 'admin' });
      expect((await appoint()).body).toEqual({ userId: bob.id, role: 'admin' });
      expect((await appoint()).status).toBe(200);
      await owner.call('PATCH', path, { name: ' Another name ' });
      await owner.call('PATCH', path, { name: 'Another name' });
      await b.hears('room_event', ({ type, name }) => type === 'room_updated' && name === 'Another name');
      await settled(b);
      expect(b.all('room_event').map(({ type }) => type as string)).toEqual(['role_changed', 'room_updated']);
      expect((await bob.call('GET', '/api/rooms/mine')).body.rooms).toMatchObject([
        { name: 'Another name', role: 'admin' },
      ]);
      expect((await bob.call('GET', `${path}/invite`)).status).toBe(200);
      // An admin may step down, and is none from there on.
      expect(await codeOf(bob.call('PATCH', `${path}/members/${bob.id}`, { role: 'member' }))).toBe('ok');
      expect(await codeOf(bob.call('GET', `${path}/invite`))).toBe('FORBIDDEN');
    });

    it('makes whoever comes into a room that everybody has left its owner', async () => {
      const { roomId, people } = await site.room('owner');
      const [owner] = people as [Person];
      expect(await codeOf(owner.call('DELETE', `/api/rooms/${roomId}/members/me`))).toBe('ok');
      const [one, two] = [await site.someone('one'), await site.someone('two')];
      const joined = await Promise.all([one, two].map((who) => who.call('POST', '/api/rooms/join', { roomId })));
      expect(joined.map(({ body }) => body.room.role as string).toSorted()).toEqual(['member', 'owner']);
    });
  });
}

function invites(database: string, start: Start): void {
  describe(`an invite, on ${database}`, () => {
    const site = useSite(start);

    it('shows where it leads and who came by it', async () => {
      const [owner, guest] = [await site.someone('owner'), await site.someone('guest')];
      const roomId = await owner.createRoom({ name: 'hidden', isPrivate: true });
      const path = `/api/rooms/${roomId}`;
      const { invite } = (await owner.call('POST', `${path}/invites`, { maxUses: 1, expiresInSeconds: 60 })).body;
      const preview = (person: Person, inviteCode: string) =>
        person.call('POST', '/api/invites/preview', { inviteCode });
      const seen = await preview(guest, invite.code);
      expect(seen.body).toEqual({
        room: { id: roomId, name: 'hidden', isPrivate: true, memberCount: 1 },
        invitedBy: { userId: owner.id, username: owner.username },
        expiresAt: invite.expiresAt,
      });
      expect(await codeOf(guest.call('GET', path))).toBe('ROOM_NOT_FOUND');
      const { inviteCode } = (await owner.call('GET', `${path}/invite`)).body;
      expect((await preview(guest, inviteCode)).body).toMatchObject({ invitedBy: null, expiresAt: null });
      const uses = async () => (await owner.call('GET', `${path}/invites/${invite.id}/uses`)).body.uses as object[];
      expect(await uses()).toEqual([]);
      await guest.join(roomId, invite.code);
      expect(await uses()).toMatchObject([{ userId: guest.id, username: guest.username }]);
      const late = await site.someone('late');
      expect(await codeOf(preview(late, invite.code))).toBe('INVITE_EXHAUSTED');
      await owner.call('DELETE', `${path}/invites/${invite.id}`);
      expect(await codeOf(preview(late, invite.code))).toBe('INVITE_EXPIRED');
      expect(await codeOf(preview(late, 'nothing'))).toBe('INVITE_REQUIRED');
    });

    it('is not used up by somebody who is banned', async () => {
      const [owner, guest] = [await site.someone('owner'), await site.someone('guest')];
      const roomId = await owner.createRoom({ isPrivate: true });
      const { invite } = (await owner.call('POST', `/api/rooms/${roomId}/invites`, { maxUses: 1 })).body;
      await owner.call('POST', `/api/rooms/${roomId}/bans/${guest.id}`, {});
      const join = (inviteCode?: string) => codeOf(guest.call('POST', '/api/rooms/join', { roomId, inviteCode }));
      expect(await join(invite.code)).toBe('BANNED');
      expect(await join()).toBe('INVITE_REQUIRED');
      await owner.call('DELETE', `/api/rooms/${roomId}/bans/${guest.id}`);
      expect(await join(invite.code)).toBe('ok');
    });
  });
}
