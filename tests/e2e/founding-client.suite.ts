import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { io } from 'socket.io-client';
import { call } from '../support/harness/http.ts';
import { Device, Person, settled } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

/** What a client that was written against the founding README does, in the default settings of socket.io-client. */
export function foundingClientSuite(database: string, start: () => Promise<TestServer>): void {
  describe(`a founding client, on ${database}`, () => {
    let server: TestServer;
    const people: Person[] = [];
    const someone = async (name?: string) => {
      const person = await Person.register(server.url, name);
      people.push(person);
      return person;
    };
    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      for (const person of people) person.close();
      expect(await server.stop()).toBe(true);
    });

    it('registers, logs in, and gets one answer for an unknown user and a wrong password', async () => {
      const alice = await someone('alice');
      const good = await call(server.url, 'POST', '/api/auth/login', {
        body: { email: ` ${alice.email.toUpperCase()}`.trim(), password: alice.password },
      });
      expect(good).toMatchObject({ status: 200, body: { user: { id: alice.id, username: alice.username } } });
      expect(good.body.token.split('.')).toHaveLength(3);
      const wrong = await call(server.url, 'POST', '/api/auth/login', {
        body: { email: alice.email, password: 'something else' },
      });
      const unknown = await call(server.url, 'POST', '/api/auth/login', {
        body: { email: 'nobody@example.com', password: 'something else' },
      });
      expect(wrong.status).toBe(401);
      expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    });

    it('refuses a second account under another spelling of the address or the name', async () => {
      const alice = await someone('alice');
      const body = { email: alice.email.toUpperCase(), username: 'another name', password: 'long enough' };
      expect(await call(server.url, 'POST', '/api/auth/register', { body })).toMatchObject({
        status: 409,
        body: { code: 'EMAIL_TAKEN' },
      });
      const sameName = { email: 'other@example.com', username: alice.username.toUpperCase(), password: 'long enough' };
      expect(await call(server.url, 'POST', '/api/auth/register', { body: sameName })).toMatchObject({
        status: 409,
        body: { code: 'USERNAME_TAKEN' },
      });
    });

    it('sends in a room and every member hears it once, the sender included, as it was stored', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await alice.createRoom();
      await bob.join(roomId);
      const [a, b] = [await alice.connect(), await bob.connect()];
      const content = 'héllo 👩‍👩‍👧 \u202eworld ‮ "quoted" \\ %s ? :name $1';
      const sent = await a.ask('send_message', { roomId, content: `  ${content}\n`, clientMessageId: 'c-1' });
      expect(sent).toMatchObject({ ok: true, data: { deduplicated: false } });
      const heard = await b.hears('receive_message', (message) => message.id === sent.data.id);
      expect(heard).toEqual({
        id: sent.data.id,
        roomId,
        seq: sent.data.seq,
        userId: alice.id,
        content,
        clientMessageId: 'c-1',
        createdAt: sent.data.createdAt,
      });
      expect(await a.hears('receive_message', (message) => message.id === sent.data.id)).toEqual(heard);
      const { body } = await bob.call('GET', `/api/rooms/${roomId}/messages`);
      expect(body.messages).toEqual([heard]);
      await settled(a, b);
      expect(b.all('receive_message')).toHaveLength(1);
    });

    it('may join and send in one go, without waiting for the join', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await alice.createRoom();
      const b = new Device(server.url, bob.token);
      bob.devices.push(b);
      // Emitted before the connection is even there: the client buffers, the server must keep the order.
      b.socket.emit('join_room', { roomId });
      const sent = await b.ask('send_message', { roomId, content: 'already here' });
      expect(sent).toMatchObject({ ok: true });
      await b.hears('receive_message', (message) => message.id === sent.data.id);
    });

    it('answers a repeated clientMessageId with the original, on sockets and REST, and tells nobody twice', async () => {
      const alice = await someone('alice');
      const roomId = await alice.createRoom();
      const a = await alice.connect();
      const first = await a.ask('send_message', { roomId, content: 'once', clientMessageId: 'same' });
      const again = await a.ask('send_message', { roomId, content: 'other text', clientMessageId: 'same' });
      expect(again).toEqual({ ok: true, data: { ...first.data, deduplicated: true } });
      const rest = await alice.call('POST', `/api/rooms/${roomId}/messages`, {
        content: 'third text',
        clientMessageId: 'same',
      });
      expect(rest).toMatchObject({ status: 200, body: { message: { id: first.data.id, content: 'once' } } });
      await settled(a);
      expect(a.all('receive_message')).toHaveLength(1);
    });

    it('sees others come and go as persons: two devices are one', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await alice.createRoom();
      await bob.join(roomId);
      const a = await alice.connect();
      const first = await bob.connect();
      await a.hears('user_status', (status) => status.userId === bob.id && status.online);
      const second = await bob.connect({ transports: ['websocket'] });
      first.close();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(a.all('user_status').filter((status) => !status.online)).toEqual([]);
      const leftAtMs = Date.now();
      second.close();
      const gone = await a.hears('user_status', (status) => status.userId === bob.id && !status.online);
      expect(Math.abs(Date.parse(gone.lastSeen) - leftAtMs)).toBeLessThan(2_000);
      const { body } = await alice.call('GET', `/api/rooms/${roomId}/members`);
      const member = body.members.find((item: { userId: string }) => item.userId === bob.id);
      expect(member).toMatchObject({ online: false, lastSeen: gone.lastSeen });
    });

    it('sees typing begin and end in a room, and not its own', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await alice.createRoom();
      await bob.join(roomId);
      const [a, b] = [await alice.connect(), await bob.connect()];
      b.socket.emit('typing', { roomId, isTyping: true });
      await a.hears('typing', (typing) => typing.isTyping && typing.userId === bob.id && typing.roomId === roomId);
      await b.ask('send_message', { roomId, content: 'done' });
      await a.hears('typing', (typing) => !typing.isTyping && typing.userId === bob.id);
      await settled(a, b);
      expect(b.all('typing')).toEqual([]);
    });

    it('marks messages read by id; the room hears of it, it never moves back, unread counts follow', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await alice.createRoom();
      await bob.join(roomId);
      const [a, b] = [await alice.connect(), await bob.connect()];
      const one = (await a.ask('send_message', { roomId, content: 'one' })).data;
      const two = (await a.ask('send_message', { roomId, content: 'two' })).data;
      const unread = async () => {
        const { body } = await bob.call('GET', '/api/rooms/mine');
        return body.rooms.find((room: { id: string }) => room.id === roomId);
      };
      expect(await unread()).toMatchObject({ unreadCount: 2, lastSeq: two.seq, lastMessage: { id: two.id } });
      const marked = await b.ask('read_receipt', { messageId: two.id });
      expect(marked).toEqual({ ok: true, data: { roomId, readSeq: two.seq, deliveredSeq: two.seq } });
      const receipt = await a.hears('read_receipt', (read) => read.userId === bob.id);
      expect(receipt).toMatchObject({ messageId: two.id, roomId, seq: two.seq });
      expect(receipt.readAt).toMatch(/^\d{4}-.*\.\d{3}Z$/);
      const back = await b.ask('read_receipt', { messageId: one.id });
      expect(back.data).toEqual(marked.data);
      await settled(a, b);
      expect(a.all('read_receipt').filter((read) => read.userId === bob.id)).toHaveLength(1);
      expect(await unread()).toMatchObject({ unreadCount: 0, readSeq: two.seq, deliveredSeq: two.seq });
    });

    it('reports delivery by position and hears it of others', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await alice.createRoom();
      await bob.join(roomId);
      const [a, b] = [await alice.connect(), await bob.connect()];
      const { seq, id } = (await a.ask('send_message', { roomId, content: 'one' })).data;
      expect(await b.ask('delivery_receipt', { roomId, seq: seq + 50 })).toMatchObject({ data: { deliveredSeq: seq } });
      expect(await a.hears('delivery_receipt', (item) => item.userId === bob.id)).toMatchObject({
        messageId: id,
        roomId,
        seq,
      });
    });

    it('reports an error to a client that gave no ack function', async () => {
      const alice = await someone('alice');
      const a = await alice.connect();
      a.socket.emit('send_message', { roomId: 'nonsense', content: 'x' });
      expect(await a.hears('error')).toMatchObject({ event: 'send_message', code: 'VALIDATION_FAILED' });
      a.socket.emit('send_message', { roomId: '01890000-0000-7000-8000-000000000000', content: 'x' });
      await a.hears('error', (error) => error.code === 'ROOM_NOT_FOUND');
    });

    it('connects with an Authorization header too, and is refused without a good token', async () => {
      const alice = await someone('alice');
      const socket = io(server.url, { forceNew: true, extraHeaders: { authorization: `Bearer ${alice.token}` } });
      await new Promise((resolve, reject) => {
        socket.once('connect', () => resolve(undefined));
        socket.once('connect_error', reject);
      });
      socket.disconnect();
      for (const auth of [{}, { token: 'nonsense' }, { token: 7 }, { token: { toString: 'x' } }]) {
        const refused = io(server.url, { forceNew: true, auth });
        const error = await new Promise<Error & { data?: { code: string } }>((resolve, reject) => {
          refused.once('connect_error', resolve);
          refused.once('connect', () => reject(new Error('was let in')));
        });
        expect(error.data?.code).toBe('UNAUTHENTICATED');
        refused.disconnect();
      }
    });
  });
}
