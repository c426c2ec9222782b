import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Person, settled } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

/** Private rooms, invites, joining and leaving. */
export function membershipSuite(database: string, start: () => Promise<TestServer>): void {
  describe(`rooms and invites, on ${database}`, () => {
    let server: TestServer;
    let people: Person[] = [];
    const someone = async (name: string) => {
      const person = await Person.register(server.url, name);
      people.push(person);
      return person;
    };
    const privateRoom = async () => {
      const owner = await someone('owner');
      const roomId = await owner.createRoom({ isPrivate: true });
      const invite = async (body: object) =>
        (await owner.call('POST', `/api/rooms/${roomId}/invites`, body)).body.invite as { id: string; code: string };
      return { owner, roomId, invite };
    };
    const joins = async (person: Person, body: object) => {
      const answer = await person.call('POST', '/api/rooms/join', body);
      return answer.status === 200 ? 'joined' : (answer.body.code as string);
    };
    beforeAll(async () => {
      server = await start();
    });
    afterEach(() => {
      for (const person of people) person.close();
      people = [];
    });
    afterAll(() => server.stop());

    it('lets into a private room by its own code, by the room and the code, and not otherwise', async () => {
      const { owner, roomId } = await privateRoom();
      const { inviteCode } = (await owner.call('GET', `/api/rooms/${roomId}/invite`)).body;
      const [one, two, three] = [await someone('one'), await someone('two'), await someone('three')];
      expect(await joins(one, { inviteCode })).toBe('joined');
      expect(await joins(two, { roomId, inviteCode })).toBe('joined');
      expect(await joins(three, { roomId })).toBe('INVITE_REQUIRED');
      expect(await joins(three, { roomId, inviteCode: `${inviteCode}x` })).toBe('INVITE_REQUIRED');
      expect(await joins(three, { inviteCode: 'unknown' })).toBe('INVITE_REQUIRED');
      const other = await privateRoom();
      expect(await joins(three, { roomId: other.roomId, inviteCode })).toBe('INVITE_REQUIRED');
      expect(await joins(three, {})).toBe('VALIDATION_FAILED');
      expect(await joins(three, { roomId: '01890000-0000-7000-8000-00000000dead' })).toBe('ROOM_NOT_FOUND');
      expect((await one.call('GET', `/api/rooms/${roomId}/invite`)).body.code).toBe('FORBIDDEN');
      expect((await three.call('GET', `/api/rooms/${roomId}/invite`)).body.code).toBe('ROOM_NOT_FOUND');
    });

    it('lets exactly as many in as an invite allows, however many come at once', async () => {
      const { owner, roomId, invite } = await privateRoom();
      const { code } = await invite({ maxUses: 3 });
      const crowd = await Promise.all(Array.from({ length: 9 }, () => someone('guest')));
      const answers = await Promise.all(crowd.map((person) => joins(person, { roomId, inviteCode: code })));
      expect(answers.filter((answer) => answer === 'joined')).toHaveLength(3);
      expect(answers.filter((answer) => answer === 'INVITE_EXHAUSTED')).toHaveLength(6);
      const { invites } = (await owner.call('GET', `/api/rooms/${roomId}/invites`)).body;
      expect(invites).toMatchObject([{ maxUses: 3, uses: 3 }]);
      expect(JSON.stringify(invites)).not.toContain(code);
    });

    it('refuses an invite that expired or was revoked', async () => {
      const { owner, roomId, invite } = await privateRoom();
      const short = await invite({ expiresInSeconds: 1 });
      const revoked = await invite({});
      const guest = await someone('guest');
      const path = `/api/rooms/${roomId}/invites/${revoked.id}`;
      expect((await owner.call('DELETE', path)).status).toBe(204);
      expect((await owner.call('DELETE', path)).body.code).toBe('NOT_FOUND');
      expect(await joins(guest, { inviteCode: revoked.code })).toBe('INVITE_EXPIRED');
      await new Promise((resolve) => setTimeout(resolve, 1_050));
      expect(await joins(guest, { inviteCode: short.code })).toBe('INVITE_EXPIRED');
    });

    it('makes one member of twenty joins at once, and says so once', async () => {
      const owner = await someone('owner');
      const roomId = await owner.createRoom();
      const guest = await someone('guest');
      const answers = await Promise.all(Array.from({ length: 20 }, () => joins(guest, { roomId })));
      expect(new Set(answers)).toEqual(new Set(['joined']));
      const { events } = (await owner.call('GET', `/api/rooms/${roomId}/events`)).body;
      expect(events.map((event: { type: string }) => event.type)).toEqual([
        'room_created',
        'member_joined',
        'member_joined',
      ]);
      expect(events.map((event: { seq: number }) => event.seq)).toEqual([1, 2, 3]);
    });

    it('ends a membership at once on every device, and lets come back', async () => {
      const [owner, guest] = [await someone('owner'), await someone('guest')];
      const roomId = await owner.createRoom();
      await guest.join(roomId);
      const [o, phone, desk] = [
        await owner.connect(),
        await guest.connect(),
        await guest.connect({ transports: ['websocket'] }),
      ];
      expect(await phone.ask('leave_room', { roomId })).toMatchObject({ ok: true });
      for (const device of [phone, desk, o]) {
        await device.hears('room_event', (event) => event.type === 'member_left' && event.userId === guest.id);
      }
      await o.ask('send_message', { roomId, content: 'without you' });
      await settled(o, phone, desk);
      for (const device of [phone, desk]) {
        expect(device.all('receive_message')).toEqual([]);
        for (const [event, payload] of [
          ['send_message', { roomId, content: 'x' }],
          ['typing', { roomId, isTyping: true }],
          ['read_receipt', { roomId, seq: 1 }],
          ['leave_room', { roomId }],
        ] as const) {
          expect(await device.ask(event, payload)).toMatchObject({ ok: false, error: { code: 'NOT_A_MEMBER' } });
        }
      }
      expect(await desk.ask('join_room', { roomId })).toMatchObject({ ok: true });
      const { data } = await o.ask('send_message', { roomId, content: 'back again' });
      for (const device of [phone, desk]) await device.hears('receive_message', (message) => message.id === data.id);
    });

    it('does not let an owner leave others without one', async () => {
      const [owner, guest] = [await someone('owner'), await someone('guest')];
      const roomId = await owner.createRoom();
      await guest.join(roomId);
      expect((await owner.call('DELETE', `/api/rooms/${roomId}/members/me`)).body.code).toBe('CONFLICT');
      expect((await guest.call('DELETE', `/api/rooms/${roomId}/members/me`)).status).toBe(204);
      expect((await owner.call('DELETE', `/api/rooms/${roomId}/members/me`)).status).toBe(204);
    });

    it('finds public rooms by name, wildcards taken literally, and never private ones', async () => {
      const owner = await someone('owner');
      const mark = `${owner.username} 100%_\\`;
      await owner.createRoom({ name: `${mark} open` });
      await owner.createRoom({ name: `${mark} closed`, isPrivate: true });
      const search = async (query: string) => {
        const { body } = await owner.call('GET', `/api/rooms?query=${encodeURIComponent(query)}`);
        return body.rooms.map((room: { name: string }) => room.name);
      };
      expect(await search(mark.toUpperCase())).toEqual([`${mark} open`]);
      expect(await search(mark.replace('%', '_'))).toEqual([]);
    });
  });
}
