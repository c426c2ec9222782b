import { describe, expect, it } from 'vitest';
import { call } from '../support/harness/http.ts';
import type { Device, Person } from '../support/harness/person.ts';
import { until, untilTime, useSite, type Start } from '../support/harness/site.ts';

const LIMITED = { ok: false, error: { code: 'RATE_LIMITED' } };

/** What is counted, for whom, and what a client that was refused is told. */
export function limitsSuite(database: string, start: Start): void {
  messageLimit(database, start);
  signInLimit(database, start);
  frameLimit(database, start);
}

function messageLimit(database: string, start: Start): void {
  describe(`the message limit, on ${database}`, () => {
    const site = useSite(start, { MESSAGE_RATE_LIMIT: '5/10s' });
    const say = (device: Device, roomId: string, content: string, clientMessageId?: string) =>
      device.ask('send_message', { roomId, content, ...(clientMessageId ? { clientMessageId } : {}) });
    const sayFive = async (device: Device, roomId: string) => {
      for (let count = 1; count <= 5; count += 1) {
        expect(await say(device, roomId, `${count} of five`, `five-${count}`)).toMatchObject({ ok: true });
      }
    };
    const post = (person: Person, roomId: string, content: string, clientMessageId?: string) =>
      person.call('POST', `/api/rooms/${roomId}/messages`, { content, clientMessageId });

    it('lets five messages pass and says with the sixth refusal when to try again', async () => {
      const { roomId, people } = await site.room('alice');
      const [alice] = people as [Person];
      const device = await alice.connect();
      await sayFive(device, roomId);
      const refused = await say(device, roomId, 'one too many');
      expect(refused).toMatchObject(LIMITED);
      expect(refused.error?.retryAfterMs).toBeGreaterThan(0);
      expect(refused.error?.retryAfterMs).toBeLessThanOrEqual(10_000);
      const { status, body, headers } = await post(alice, roomId, 'one too many');
      expect({ status, code: body.code }).toEqual({ status: 429, code: 'RATE_LIMITED' });
      expect(headers.get('retry-after')).toBe(String(Math.ceil(body.retryAfterMs / 1_000)));
      const { body: history } = await alice.call('GET', `/api/rooms/${roomId}/messages`);
      expect(history.messages).toHaveLength(5);
    });

    it('counts sockets, devices and REST together', async () => {
      const { roomId, people } = await site.room('alice');
      const [alice] = people as [Person];
      const [phone, desk] = [await alice.connect(), await alice.connect({ transports: ['websocket'] })];
      expect(await say(phone, roomId, '1')).toMatchObject({ ok: true });
      expect(await say(desk, roomId, '2')).toMatchObject({ ok: true });
      for (const content of ['3', '4', '5']) expect((await post(alice, roomId, content)).status).toBe(201);
      expect(await say(phone, roomId, '6')).toMatchObject(LIMITED);
      expect(await say(desk, roomId, '6')).toMatchObject(LIMITED);
      expect((await post(alice, roomId, '6')).status).toBe(429);
    });

    it('counts each user and each room alone', async () => {
      const { roomId, people } = await site.room('alice', 'bob');
      const [alice, bob] = people as [Person, Person];
      const [a, b] = [await alice.connect(), await bob.connect()];
      await sayFive(a, roomId);
      expect(await say(a, roomId, 'limited')).toMatchObject(LIMITED);
      expect(await say(b, roomId, 'not limited')).toMatchObject({ ok: true });
      const otherRoomId = await alice.createRoom();
      expect(await say(a, otherRoomId, 'not limited here')).toMatchObject({ ok: true });
    });

    it('lets exactly five of many that are sent at once pass', async () => {
      const { roomId, people } = await site.room('alice');
      const device = await (people[0] as Person).connect();
      const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => say(device, roomId, `${index}`)));
      expect(replies.filter(({ ok }) => ok)).toHaveLength(5);
      expect(replies.filter(({ error }) => error?.code === 'RATE_LIMITED')).toHaveLength(15);
    });

    it('does not count what was refused for another reason', async () => {
      const { roomId, people } = await site.room('alice', 'bob');
      const [alice, bob] = people as [Person, Person];
      const [a, b] = [await alice.connect(), await bob.connect()];
      const outside = await site.someone('outside');
      const o = await outside.connect();
      for (let count = 0; count < 10; count += 1) {
        expect(await say(a, roomId, '   ')).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
        expect(await say(a, roomId, 'x'.repeat(4_001))).toMatchObject({ error: { code: 'VALIDATION_FAILED' } });
        expect(await say(o, roomId, 'hello')).toMatchObject({ error: { code: 'NOT_A_MEMBER' } });
      }
      await sayFive(a, roomId);
      await outside.join(roomId);
      await sayFive(o, roomId);
      expect(await say(b, roomId, 'and bob')).toMatchObject({ ok: true });
    });

    it('is not extended by attempts that were refused or invalid', async () => {
      const { roomId, people } = await site.room('alice');
      const device = await (people[0] as Person).connect();
      await sayFive(device, roomId);
      const waits: number[] = [];
      for (let count = 0; count < 20; count += 1) {
        await say(device, roomId, '   ');
        const { error } = await say(device, roomId, 'again');
        waits.push(error?.retryAfterMs ?? Infinity);
      }
      // Time passes between attempts, so what is left to wait only ever shrinks.
      expect(waits).toEqual([...waits].sort((one, other) => other - one));
    });

    it('answers the repeat of a stored message with the original, also when limited, and does not count it', async () => {
      const { roomId, people } = await site.room('alice');
      const [alice] = people as [Person];
      const device = await alice.connect();
      const first = await say(device, roomId, 'first', 'one');
      for (let count = 0; count < 10; count += 1) {
        expect(await say(device, roomId, 'first', 'one')).toEqual({
          ok: true,
          data: { ...first.data, deduplicated: true },
        });
      }
      for (const content of ['2', '3', '4', '5'])
        expect(await say(device, roomId, content)).toMatchObject({ ok: true });
      expect(await say(device, roomId, 'limited', 'new')).toMatchObject(LIMITED);
      expect(await say(device, roomId, 'first', 'one')).toMatchObject({ ok: true, data: { id: first.data.id } });
      expect(await post(alice, roomId, 'first', 'one')).toMatchObject({
        status: 200,
        body: { message: { id: first.data.id }, deduplicated: true },
      });
    });
  });

  describe(`a message limit of two in a second, on ${database}`, () => {
    const site = useSite(start, { MESSAGE_RATE_LIMIT: '2/1s' });

    it('lets the next message pass when the time that it named is over, however often it was asked meanwhile', async () => {
      const { roomId, people } = await site.room('alice');
      const device = await (people[0] as Person).connect();
      const say = () => device.ask('send_message', { roomId, content: 'hello' });
      let refused = await say();
      for (let count = 0; refused.ok && count < 1_000; count += 1) refused = await say();
      const againAtMs = Date.now() + (refused.error?.retryAfterMs ?? Infinity);
      // Whoever hammers meanwhile must not find the door closed longer for it.
      while (Date.now() < againAtMs - 100) expect(await say()).toMatchObject(LIMITED);
      await untilTime(againAtMs + 20);
      expect(await say()).toMatchObject({ ok: true });
    });
  });
}

function signInLimit(database: string, start: Start): void {
  describe(`the sign-in limit, on ${database}`, () => {
    const few = useSite(start, { AUTH_RATE_LIMIT: '5/60s' });
    const many = useSite(start, { AUTH_RATE_LIMIT: '1000/60s' });
    const logIn = (url: string, email: string, password: string) =>
      call(url, 'POST', '/api/auth/login', { body: { email, password } });

    it('counts the attempts of an address over registrations and logins', async () => {
      const person = await few.someone();
      for (let count = 0; count < 4; count += 1) {
        expect((await logIn(few.url, person.email, person.password)).status).toBe(200);
      }
      const { status, body, headers } = await logIn(few.url, person.email, person.password);
      expect({ status, code: body.code }).toEqual({ status: 429, code: 'RATE_LIMITED' });
      expect(headers.get('retry-after')).toBe(String(Math.ceil(body.retryAfterMs / 1_000)));
      const account = { email: 'new@example.com', username: 'somebody new', password: 'long enough' };
      expect((await call(few.url, 'POST', '/api/auth/register', { body: account })).status).toBe(429);
      expect((await person.call('GET', '/api/users/me')).status).toBe(200);
    });

    it('stops guessing at one account, whoever it is, and leaves other accounts alone', async () => {
      const [alice, bob] = [await many.someone('alice'), await many.someone('bob')];
      for (const email of [alice.email, 'nobody@example.com']) {
        for (let count = 0; count < 10; count += 1) {
          expect((await logIn(many.url, email, 'a wrong guess')).status).toBe(401);
        }
        expect((await logIn(many.url, email.toUpperCase(), 'a wrong guess')).status).toBe(429);
      }
      expect((await logIn(many.url, alice.email, alice.password)).status).toBe(429);
      expect((await logIn(many.url, bob.email, bob.password)).status).toBe(200);
    });

    it('stops guessing at the password of a session that was stolen', async () => {
      const alice = await many.someone('alice');
      const change = (currentPassword: string) =>
        alice.call('POST', '/api/auth/password', { currentPassword, newPassword: alice.password });
      for (let count = 0; count < 10; count += 1) expect((await change('a wrong guess')).status).toBe(403);
      expect(await change(alice.password)).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
      expect((await logIn(many.url, alice.email, alice.password)).status).toBe(200);
    });

    it('does not count logins that succeed against the account', async () => {
      const alice = await many.someone('alice');
      for (let count = 0; count < 30; count += 1) {
        expect((await logIn(many.url, alice.email, alice.password)).status).toBe(200);
      }
    });
  });
}

function frameLimit(database: string, start: Start): void {
  describe(`the limit of frames, on ${database}`, () => {
    const site = useSite(start, { SOCKET_RATE_LIMIT: '5/1s' });

    it('refuses a flood, then closes its connection, and nobody else notices', async () => {
      const { roomId, people } = await site.room('alice', 'bob');
      const [alice, bob] = people as [Person, Person];
      const flood = await alice.connect({ reconnection: false, transports: ['websocket'] });
      const calm = await bob.connect();
      const replies = await Promise.all(Array.from({ length: 25 }, () => flood.ask('sync', {})));
      expect(replies.slice(0, 15).every(({ ok }) => ok)).toBe(true);
      const refused = replies.slice(15).filter(({ ok }) => !ok);
      expect(refused.length).toBeGreaterThan(0);
      for (const reply of refused) {
        expect(reply).toMatchObject(LIMITED);
        expect(reply.error?.retryAfterMs).toBeGreaterThan(0);
      }
      expect(flood.socket.connected).toBe(true);
      for (let count = 0; count < 200; count += 1) flood.socket.emit('typing', { roomId, isTyping: true });
      await until('the flood is cut', () => !flood.socket.connected);
      const sent = await calm.ask('send_message', { roomId, content: 'calm' });
      await calm.hears('receive_message', (message) => message.id === sent.data.id);
      const again = await alice.connect();
      expect(await again.ask('sync', {})).toMatchObject({ ok: true });
    });

    it('counts events that nobody declared, too', async () => {
      const device = await (await site.someone()).connect({ reconnection: false, transports: ['websocket'] });
      for (let count = 0; count < 200; count += 1) device.socket.emit('no_such_event', count);
      await until('the flood is cut', () => !device.socket.connected);
    });

    it('gives a socket its frames back as time passes', async () => {
      const device = await (await site.someone()).connect();
      let refused = await device.ask('sync', {});
      for (let count = 0; refused.ok && count < 100; count += 1) refused = await device.ask('sync', {});
      expect(refused).toMatchObject(LIMITED);
      await untilTime(Date.now() + (refused.error?.retryAfterMs ?? 0) + 20);
      expect(await device.ask('sync', {})).toMatchObject({ ok: true });
    });
  });
}
