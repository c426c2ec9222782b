import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/harness/http.ts';
import { Person, type Reply } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

const codeOf = (reply: Reply) => (reply.ok ? 'ok' : reply.error?.code);

/** The limits as they are by default. */
export function budgetsSuite(database: string, start: (env: Record<string, string>) => Promise<TestServer>): void {
  describe(`limits, on ${database}`, () => {
    let server: TestServer;
    const people: Person[] = [];
    const someone = async (name: string) => {
      const person = await Person.register(server.url, name);
      people.push(person);
      return person;
    };
    beforeAll(async () => {
      server = await start({ MESSAGE_RATE_LIMIT: '5/10s', SOCKET_RATE_LIMIT: '50/1s', AUTH_RATE_LIMIT: '30/1m' });
    });
    afterAll(async () => {
      for (const person of people) person.close();
      await server.stop();
    });

    it('takes five messages in ten seconds from a user in a room, over sockets and REST together', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const [roomId, otherId] = [await alice.createRoom(), await alice.createRoom()];
      await bob.join(roomId);
      const [a, b] = [await alice.connect(), await bob.connect()];
      const send = (content: string, clientMessageId?: string) =>
        a.ask('send_message', { roomId, content, ...(clientMessageId ? { clientMessageId } : {}) });
      // What is refused for another reason costs nothing.
      for (let count = 0; count < 10; count += 1) expect(codeOf(await send('   '))).toBe('VALIDATION_FAILED');
      const first = await send('1', 'first');
      expect(await send('1 again', 'first')).toMatchObject({ ok: true, data: { deduplicated: true } });
      for (const content of ['2', '3', '4']) expect(codeOf(await send(content))).toBe('ok');
      expect((await alice.call('POST', `/api/rooms/${roomId}/messages`, { content: '5' })).status).toBe(201);
      const refused = await send('6');
      expect(refused.error).toMatchObject({ code: 'RATE_LIMITED' });
      expect(refused.error?.retryAfterMs).toBeGreaterThan(0);
      expect(refused.error?.retryAfterMs).toBeLessThanOrEqual(10_000);
      const rest = await alice.call('POST', `/api/rooms/${roomId}/messages`, { content: '6' });
      expect({ status: rest.status, code: rest.body.code }).toEqual({ status: 429, code: 'RATE_LIMITED' });
      expect(Number(rest.headers.get('retry-after'))).toBeGreaterThan(0);
      // A repeat of what is stored is no new message, whatever the limit says.
      expect(await send('1', 'first')).toMatchObject({ ok: true, data: { id: first.data.id, deduplicated: true } });
      expect(codeOf(await b.ask('send_message', { roomId, content: 'somebody else' }))).toBe('ok');
      expect(codeOf(await a.ask('send_message', { roomId: otherId, content: 'another room' }))).toBe('ok');
    });

    it('lets go on after the window, however often was tried meanwhile', async () => {
      const alice = await someone('alice');
      const roomId = await alice.createRoom();
      const a = await alice.connect();
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => a.ask('send_message', { roomId, content: `${index}` })),
      );
      expect(replies.filter(({ ok }) => ok)).toHaveLength(5);
      const wait = Math.max(...replies.map(({ error }) => error?.retryAfterMs ?? 0));
      await new Promise((resolve) => setTimeout(resolve, wait + 50));
      expect(codeOf(await a.ask('send_message', { roomId, content: 'at last' }))).toBe('ok');
    }, 20_000);

    it('closes a socket that floods, and nobody else notices', async () => {
      const [alice, bob] = [await someone('alice'), await someone('bob')];
      const roomId = await bob.createRoom();
      const [a, b] = [await alice.connect({ reconnection: false }), await bob.connect()];
      const closed = new Promise((resolve) => a.socket.once('disconnect', resolve));
      for (let count = 0; count < 1_000; count += 1) a.socket.emit('typing', { roomId, isTyping: true });
      await closed;
      expect(codeOf(await b.ask('send_message', { roomId, content: 'undisturbed' }))).toBe('ok');
    });

    it('limits failures at one account from one address, before the password is looked at', async () => {
      const alice = await someone('alice');
      const logIn = (password: string) =>
        call(server.url, 'POST', '/api/auth/login', { body: { email: alice.email, password } });
      const codes = [];
      for (let count = 0; count < 11; count += 1) codes.push((await logIn('wrong')).body.code);
      expect(codes.slice(0, 10)).toEqual(Array(10).fill('UNAUTHENTICATED'));
      expect(codes[10]).toBe('RATE_LIMITED');
      const refused = await logIn(alice.password);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    });
  });
}
