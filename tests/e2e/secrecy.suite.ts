import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../src/contract/contract.ts';
import { call } from '../support/harness/http.ts';
import { Person, type Device } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

/** Who is not in a room cannot reach it, by any event and any route of the contract. */
export function secrecySuite(database: string, start: () => Promise<TestServer>): void {
  describe(`outside a room, on ${database}`, () => {
    let server: TestServer;
    let alice: Person, bob: Person, former: Person, stranger: Person;
    let roomId: string, messageId: string;
    const devices: Device[] = [];
    beforeAll(async () => {
      server = await start();
      [alice, bob, former, stranger] = (await Promise.all(
        ['alice', 'bob', 'former', 'stranger'].map((name) => Person.register(server.url, name)),
      )) as [Person, Person, Person, Person];
      roomId = await alice.createRoom({ isPrivate: true });
      const { inviteCode } = (await alice.call('GET', `/api/rooms/${roomId}/invite`)).body;
      await bob.join(roomId, inviteCode);
      await former.join(roomId, inviteCode);
      const f = await former.connect();
      await f.ask('leave_room', { roomId });
      await f.hears('room_event', (event) => event.type === 'member_left');
      messageId = (await (await alice.connect()).ask('send_message', { roomId, content: 'secret' })).data.id;
      devices.push(f, await stranger.connect(), await stranger.connect({ transports: ['websocket'] }));
    });
    afterAll(async () => {
      for (const person of [alice, bob, former, stranger]) person.close();
      await server.stop();
    });

    it('no event of a client reaches the room', async () => {
      const payloads: Record<keyof typeof contract.clientEvents, object | null> = {
        join_room: { roomId },
        leave_room: { roomId },
        send_message: { roomId, content: 'let me in' },
        typing: { roomId, isTyping: true },
        read_receipt: { messageId },
        delivery_receipt: { roomId, seq: 1 },
        sync: { rooms: [{ roomId, afterSeq: 0 }] },
        watch_presence: { userIds: [alice.id] },
        authenticate: null,
      };
      for (const device of devices) {
        for (const [event, payload] of Object.entries(payloads)) {
          if (payload === null) continue;
          const reply = await device.ask(event, payload);
          if (event === 'sync') expect(reply.data).toMatchObject({ gone: [roomId], rooms: [] });
          else if (event === 'watch_presence') expect(reply).toEqual({ ok: true, data: {} });
          else expect(['ROOM_NOT_FOUND', 'INVITE_REQUIRED', 'MESSAGE_NOT_FOUND']).toContain(reply.error?.code);
        }
      }
    });

    it('every route answers as if the room were not there', async () => {
      const inRoom = Object.entries(contract.http).filter(([, { path }]) => path.includes('{roomId}'));
      expect(inRoom.length).toBeGreaterThan(10);
      const bodies: Record<string, object> = {
        sendMessage: { content: 'let me in' },
        markReceipts: { readSeq: 1 },
        markUnread: { fromSeq: 1 },
        createInvite: {},
        updateRoom: { readOnly: true },
        changeRole: { role: 'admin' },
        banUser: {},
        muteMember: {},
      };
      const fill = (path: string, room: string) =>
        path
          .replace('{roomId}', room)
          .replace('{messageId}', messageId)
          .replaceAll(/\{\w+\}/g, alice.id);
      for (const [name, { method, path }] of inRoom) {
        const ask = (room: string, person: Person) => person.call(method.toUpperCase(), fill(path, room), bodies[name]);
        for (const person of [stranger, former]) {
          const hidden = await ask(roomId, person);
          const missing = await ask('01890000-0000-7000-8000-00000000dead', person);
          expect({ path, status: hidden.status, code: hidden.body.code }).toEqual({
            path,
            status: 404,
            code: 'ROOM_NOT_FOUND',
          });
          expect({ ...hidden.body, requestId: '' }).toEqual({ ...missing.body, requestId: '' });
        }
      }
    });

    it('no route with a token is open to nobody', async () => {
      for (const { method, path, auth } of Object.values(contract.http)) {
        if (auth === 'none') continue;
        const filled = path.replaceAll(/\{\w+\}/g, alice.id);
        for (const token of [undefined, 'nonsense', `${alice.token}x`]) {
          const { status, body } = await call(server.url, method.toUpperCase(), filled, { token });
          expect({ path, status, code: body.code }).toEqual({ path, status: 401, code: 'UNAUTHENTICATED' });
        }
      }
      expect((await stranger.call('GET', `/api/users/${alice.id}`)).body.code).toBe('USER_NOT_FOUND');
      expect((await bob.call('GET', `/api/users/${alice.id}`)).body.user).not.toHaveProperty('email');
    });
  });
}
