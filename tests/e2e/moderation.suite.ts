import { describe, expect, it } from 'vitest';
import { codeOf, eventsOf, refused, say } from '../support/harness/asking.ts';
import { settled, type Person } from '../support/harness/person.ts';
import { useSite, type Start } from '../support/harness/site.ts';

/** What moderators do to somebody holds at once, on every live connection, and stands in the log of the room. */
export function moderationSuite(database: string, start: Start): void {
  puttingOut(database, start);
  silencing(database, start);
}

function puttingOut(database: string, start: Start): void {
  describe(`putting somebody out of a room, on ${database}`, () => {
    const site = useSite(start);

    it.each([
      ['kick', 'DELETE', 'members', 'member_removed'],
      ['ban', 'POST', 'bans', 'member_banned'],
    ])('a %s ends all that a live connection could do there, at once', async (_what, method, list, type) => {
      const { roomId, people } = await site.room('alice', 'bob', 'carol');
      const [alice, bob, carol] = people as [Person, Person, Person];
      const [a, c] = [await alice.connect(), await carol.connect()];
      const devices = [await bob.connect(), await bob.connect({ transports: ['websocket'] })] as const;
      const { data: sent } = await say(a, roomId, 'before');
      await devices[0].ask('typing', { roomId, isTyping: true });
      await c.hears('typing', ({ userId, isTyping }) => userId === bob.id && isTyping);
      const path = `/api/rooms/${roomId}/${list}/${bob.id}`;
      expect(await codeOf(alice.call(method, path, method === 'POST' ? { reason: 'spam' } : undefined))).toBe('ok');
      // No waiting: on the moderator's node the answer is the moment from which on it holds.
      await site.carried();
      for (const device of devices) {
        expect(await say(device, roomId)).toMatchObject(refused('NOT_A_MEMBER'));
        expect(await device.ask('typing', { roomId, isTyping: true })).toMatchObject(refused('NOT_A_MEMBER'));
        expect(await device.ask('read_receipt', { roomId, seq: sent.seq })).toMatchObject(refused('NOT_A_MEMBER'));
        const synced = await device.ask('sync', { rooms: [{ roomId, afterSeq: 0 }] });
        expect(synced.data).toMatchObject({ gone: [roomId], rooms: [] });
      }
      for (const rest of ['', '/messages', '/events', '/members']) {
        expect(await codeOf(bob.call('GET', `/api/rooms/${roomId}${rest}`))).toBe('NOT_A_MEMBER');
      }
      await c.hears('typing', ({ userId, isTyping }) => userId === bob.id && !isTyping);
      await say(a, roomId, 'after');
      await c.ask('typing', { roomId, isTyping: true });
      await c.ask('read_receipt', { roomId, seq: sent.seq });
      await settled(a, c, ...devices);
      for (const device of devices) {
        const inRoom = device.heard.filter(({ payload }) => payload.roomId === roomId);
        expect(inRoom.at(-1)).toMatchObject({ event: 'room_event', payload: { type, userId: bob.id } });
      }
      expect((await eventsOf(alice, roomId)).at(-2)).toMatchObject({ type, userId: bob.id, actorId: alice.id });
      expect((await bob.call('GET', '/api/rooms/mine')).body.rooms).toEqual([]);
    });

    it('lets who was kicked come back, and who was banned when the ban is over', async () => {
      const { roomId, people } = await site.room('alice', 'bob');
      const [alice, bob] = people as [Person, Person];
      const [a, b] = [await alice.connect(), await bob.connect()];
      const ban = (body: object) => alice.call('POST', `/api/rooms/${roomId}/bans/${bob.id}`, body);
      await alice.call('DELETE', `/api/rooms/${roomId}/members/${bob.id}`);
      expect(await b.ask('join_room', { roomId })).toMatchObject({ ok: true });
      expect((await ban({ expiresInSeconds: 3_600, reason: ' spam ' })).body.ban).toMatchObject({ reason: 'spam' });
      const answer = await b.ask('join_room', { roomId });
      expect(answer).toMatchObject(refused('BANNED'));
      expect(answer.error?.retryAfterMs).toBeGreaterThan(3_500_000);
      const { bans } = (await alice.call('GET', `/api/rooms/${roomId}/bans`)).body;
      expect(bans).toMatchObject([{ userId: bob.id, username: bob.username, imposedBy: alice.id, reason: 'spam' }]);
      expect(await codeOf(alice.call('DELETE', `/api/rooms/${roomId}/bans/${bob.id}`))).toBe('ok');
      expect(await codeOf(alice.call('DELETE', `/api/rooms/${roomId}/bans/${bob.id}`))).toBe('NOT_FOUND');
      expect(await b.ask('join_room', { roomId })).toMatchObject({ ok: true });
      await ban({ expiresInSeconds: 1 });
      expect(await b.ask('join_room', { roomId })).toMatchObject(refused('BANNED'));
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect(await b.ask('join_room', { roomId })).toMatchObject({ ok: true });
      expect((await alice.call('GET', `/api/rooms/${roomId}/bans`)).body.bans).toEqual([]);
      await say(a, roomId, 'welcome back');
      await b.hears('receive_message', ({ content }) => content === 'welcome back');
    });

    it('never lets a message of somebody stand behind their being put out', async () => {
      const { roomId, people } = await site.room('alice', 'bob');
      const [alice, bob] = people as [Person, Person];
      const b = await bob.connect({ transports: ['websocket'] });
      for (let round = 0; round < 5; round += 1) {
        const flood = Array.from({ length: 60 }, (_, index) => say(b, roomId, `${round}/${index}`));
        const kicked = codeOf(alice.call('DELETE', `/api/rooms/${roomId}/members/${bob.id}`));
        const replies = await Promise.all(flood);
        expect(await kicked).toBe('ok');
        const events = await eventsOf(alice, roomId);
        const end = events.findLast(({ type }) => type === 'member_removed')?.seq ?? 0;
        expect(events.filter(({ type, seq }) => type === 'message' && seq > end)).toEqual([]);
        for (const reply of replies) {
          if (reply.ok) expect(reply.data.seq).toBeLessThan(end);
          else expect(reply).toMatchObject(refused('NOT_A_MEMBER'));
        }
        await bob.join(roomId);
      }
    });

    it('does not put out who stands as high, nor oneself, nor who is not there', async () => {
      const { roomId, people } = await site.room('owner', 'admin', 'peer', 'member');
      const [owner, admin, peer, member] = people as [Person, Person, Person, Person];
      const path = `/api/rooms/${roomId}`;
      for (const { id } of [admin, peer]) await owner.call('PATCH', `${path}/members/${id}`, { role: 'admin' });
      for (const target of [owner, peer]) {
        expect(await codeOf(admin.call('DELETE', `${path}/members/${target.id}`))).toBe('FORBIDDEN');
        expect(await codeOf(admin.call('POST', `${path}/bans/${target.id}`, {}))).toBe('FORBIDDEN');
        expect(await codeOf(admin.call('POST', `${path}/mutes/${target.id}`, {}))).toBe('FORBIDDEN');
      }
      expect(await codeOf(admin.call('DELETE', `${path}/members/${admin.id}`))).toBe('CONFLICT');
      expect(await codeOf(owner.call('POST', `${path}/bans/${owner.id}`, {}))).toBe('CONFLICT');
      const nobody = '01890000-0000-7000-8000-00000000dead';
      expect(await codeOf(owner.call('DELETE', `${path}/members/${nobody}`))).toBe('USER_NOT_FOUND');
      expect(await codeOf(owner.call('POST', `${path}/bans/${nobody}`, {}))).toBe('USER_NOT_FOUND');
      expect(await codeOf(owner.call('POST', `${path}/mutes/${nobody}`, {}))).toBe('USER_NOT_FOUND');
      const stranger = await site.someone('stranger');
      expect(await codeOf(admin.call('POST', `${path}/bans/${stranger.id}`, {}))).toBe('ok');
      expect(await codeOf(stranger.call('POST', '/api/rooms/join', { roomId }))).toBe('BANNED');
      expect(await codeOf(admin.call('DELETE', `${path}/members/${member.id}`))).toBe('ok');
    });
  });
}

function silencing(database: string, start: Start): void {
  describe(`silencing somebody in a room, on ${database}`, () => {
    const site = useSite(start);

    it('lets a muted member read and not speak, at once, and a repeat of what was stored be answered', async () => {
      const { roomId, people } = await site.room('alice', 'bob');
      const [alice, bob] = people as [Person, Person];
      const [a, b] = [await alice.connect(), await bob.connect()];
      const { data: original } = await say(b, roomId, 'stored', 'the-same');
      await b.ask('typing', { roomId, isTyping: true });
      const mute = (body: object) => alice.call('POST', `/api/rooms/${roomId}/mutes/${bob.id}`, body);
      expect(await codeOf(mute({ expiresInSeconds: 3_600 }))).toBe('ok');
      await site.carried();
      const answer = await say(b, roomId);
      expect(answer).toMatchObject(refused('MUTED'));
      expect(answer.error?.retryAfterMs).toBeGreaterThan(3_500_000);
      expect(await b.ask('typing', { roomId, isTyping: true })).toMatchObject(refused('MUTED'));
      await a.hears('typing', ({ isTyping }) => !isTyping);
      expect(await codeOf(bob.call('POST', `/api/rooms/${roomId}/messages`, { content: 'x' }))).toBe('MUTED');
      expect((await say(b, roomId, 'stored', 'the-same')).data).toEqual({ ...original, deduplicated: true });
      await say(a, roomId, 'to all');
      const { seq } = await b.hears('receive_message', ({ content }) => content === 'to all');
      expect(await b.ask('read_receipt', { roomId, seq })).toMatchObject({ ok: true });
      // Leaving does not help.
      await b.ask('leave_room', { roomId });
      await b.ask('join_room', { roomId });
      expect(await say(b, roomId)).toMatchObject(refused('MUTED'));
      expect((await alice.call('GET', `/api/rooms/${roomId}/mutes`)).body.mutes).toMatchObject([{ userId: bob.id }]);
      expect(await codeOf(alice.call('DELETE', `/api/rooms/${roomId}/mutes/${bob.id}`))).toBe('ok');
      await site.carried();
      expect(await say(b, roomId)).toMatchObject({ ok: true });
      await mute({ expiresInSeconds: 1 });
      await site.carried();
      expect(await say(b, roomId)).toMatchObject(refused('MUTED'));
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      expect(await say(b, roomId)).toMatchObject({ ok: true });
    });

    it('does not let an admin who was muted by the owner lift that', async () => {
      const { roomId, people } = await site.room('owner', 'admin');
      const [owner, admin] = people as [Person, Person];
      await owner.call('PATCH', `/api/rooms/${roomId}/members/${admin.id}`, { role: 'admin' });
      await owner.call('POST', `/api/rooms/${roomId}/mutes/${admin.id}`, {});
      await site.carried();
      expect(await codeOf(admin.call('DELETE', `/api/rooms/${roomId}/mutes/${admin.id}`))).toBe('CONFLICT');
      expect(await say(await admin.connect(), roomId)).toMatchObject(refused('MUTED'));
    });

    it('keeps members quiet in a read-only room, and moderators free of it', async () => {
      const { roomId, people } = await site.room('owner', 'admin', 'member');
      const [owner, admin, member] = people as [Person, Person, Person];
      await owner.call('PATCH', `/api/rooms/${roomId}/members/${admin.id}`, { role: 'admin' });
      await site.carried();
      const [o, a, m] = [await owner.connect(), await admin.connect(), await member.connect()];
      expect(await say(m, roomId)).toMatchObject({ ok: true });
      const { body } = await admin.call('PATCH', `/api/rooms/${roomId}`, { readOnly: true });
      await site.carried();
      expect(body.room).toMatchObject({ readOnly: true, slowModeSeconds: 0, messageLimit: null, role: 'admin' });
      expect(await say(m, roomId)).toMatchObject(refused('FORBIDDEN'));
      expect(await m.ask('typing', { roomId, isTyping: true })).toMatchObject(refused('FORBIDDEN'));
      for (const device of [o, a]) expect(await say(device, roomId)).toMatchObject({ ok: true });
      const event = await m.hears('room_event', ({ type }) => type === 'room_updated');
      expect(event).toMatchObject({ actorId: admin.id, readOnly: true });
      expect(event).not.toHaveProperty('name');
      await owner.call('PATCH', `/api/rooms/${roomId}/members/${member.id}`, { role: 'admin' });
      await site.carried();
      expect(await say(m, roomId)).toMatchObject({ ok: true });
    });

    it('slows members down, and not moderators', async () => {
      const { roomId, people } = await site.room('owner', 'member');
      const [owner, member] = people as [Person, Person];
      const [o, m] = [await owner.connect(), await member.connect()];
      await owner.call('PATCH', `/api/rooms/${roomId}`, { slowModeSeconds: 1_000 });
      await site.carried();
      for (let count = 0; count < 3; count += 1) expect(await say(o, roomId)).toMatchObject({ ok: true });
      expect(await say(m, roomId, 'first', 'first')).toMatchObject({ ok: true });
      const answer = await say(m, roomId, 'second');
      expect(answer).toMatchObject(refused('RATE_LIMITED'));
      expect(answer.error?.retryAfterMs).toBeGreaterThan(990_000);
      expect(await say(m, roomId, 'first', 'first')).toMatchObject({ ok: true, data: { deduplicated: true } });
      await owner.call('PATCH', `/api/rooms/${roomId}`, { slowModeSeconds: 0 });
      await site.carried();
      expect(await say(m, roomId, 'second')).toMatchObject({ ok: true });
    });

    it("holds members, and not moderators, to the room's own limit", async () => {
      const { roomId, people } = await site.room('owner', 'member');
      const [owner, member] = people as [Person, Person];
      const [o, m] = [await owner.connect(), await member.connect()];
      const messageLimit = { messages: 2, perSeconds: 1_000 };
      await owner.call('PATCH', `/api/rooms/${roomId}`, { messageLimit });
      await site.carried();
      expect((await member.call('GET', `/api/rooms/${roomId}`)).body.room.messageLimit).toEqual(messageLimit);
      for (let count = 0; count < 5; count += 1) expect(await say(o, roomId)).toMatchObject({ ok: true });
      for (let count = 0; count < 2; count += 1) expect(await say(m, roomId)).toMatchObject({ ok: true });
      expect(await say(m, roomId)).toMatchObject(refused('RATE_LIMITED'));
      await owner.call('PATCH', `/api/rooms/${roomId}`, { messageLimit: null });
      await site.carried();
      expect(await say(m, roomId)).toMatchObject({ ok: true });
    });
  });
}
