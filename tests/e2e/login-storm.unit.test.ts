import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/harness/http.ts';
import { Person } from '../support/harness/person.ts';
import { startServer, type TestServer } from '../support/harness/server.ts';

/** As in production, a hash takes long; the queue is bounded, and messages do not stand in it. */
describe('a storm of logins', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ BCRYPT_COST: '10', COMMON_PASSWORDS: 'refused' });
  });
  afterAll(async () => {
    expect(await server.stop()).toBe(true);
  });

  it('is answered with 503 beyond the queue, while every message is acked before the queue is done', async () => {
    const alice = await Person.register(server.url, 'alice');
    const roomId = await alice.createRoom();
    const device = await alice.connect();
    let open = 0;
    const storm = Array.from({ length: 80 }, async (_, index) => {
      open += 1;
      const body = { email: index % 2 ? alice.email : `nobody-${index}@example.com`, password: 'a wrong guess' };
      const answer = await call(server.url, 'POST', '/api/auth/login', { body });
      open -= 1;
      return answer;
    });
    for (let count = 0; count < 20; count += 1) {
      expect(await device.ask('send_message', { roomId, content: `${count}` })).toMatchObject({ ok: true });
    }
    expect(open).toBeGreaterThan(0);
    const answers = await Promise.all(storm);
    const refused = answers.filter(({ status }) => status === 503);
    // Two are hashed at a time and 32 wait; some more got in as those in front were done.
    expect(refused.length).toBeGreaterThan(10);
    for (const { body, headers } of refused) {
      expect(body.code).toBe('OVERLOADED');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(80 - refused.length);
    device.close();
  });

  it.each([
    ['password123', 'many people'],
    ['x'.repeat(73), '72 bytes'],
    ['😀'.repeat(19), '72 bytes'],
    ['short', '8 characters'],
  ])('registers nobody with %j, and says why', async (password, why) => {
    const account = { email: 'somebody@example.com', username: 'somebody', password };
    const { status, body } = await call(server.url, 'POST', '/api/auth/register', { body: account });
    expect({ status, code: body.code }).toEqual({ status: 400, code: 'VALIDATION_FAILED' });
    expect(body.details.password).toContain(why);
  });
});

describe('a storm of logins from one address', () => {
  it('is refused beyond a few at a time, and does not keep others from signing in', async () => {
    const env = { BCRYPT_COST: '10', AUTH_RATE_LIMIT: '1000/1m', TRUST_PROXY: '1' };
    const server = await startServer(env);
    const alice = await Person.register(server.url, 'alice');
    const logIn = async (address: string, email: string, password: string) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
      const body = JSON.stringify({ email, password });
      return (await fetch(`${server.url}/api/auth/login`, { method: 'POST', headers, body })).status;
    };
    const storm = Array.from({ length: 80 }, (_, index) => logIn('198.51.100.1', `${index}@example.com`, 'a guess'));
    expect(await logIn('198.51.100.2', alice.email, alice.password)).toBe(200);
    const statuses = await Promise.all(storm);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(await server.stop()).toBe(true);
  });
});

describe('guesses at one account from many addresses', () => {
  it('end after a hundred, and lock nobody out of where they were', async () => {
    const server = await startServer({ AUTH_RATE_LIMIT: '1000/1m', TRUST_PROXY: '1' });
    const post = async (path: string, address: string, body: object) => {
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': address };
      return fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    };
    const alice = { email: 'alice@example.com', password: 'long and unguessed' };
    const logIn = async (address: string, password = alice.password) =>
      (await post('/api/auth/login', address, { email: alice.email, password })).status;
    expect((await post('/api/auth/register', '2001:db8::1', { ...alice, username: 'alice' })).status).toBe(201);
    for (let count = 0; count < 100; count += 1) expect(await logIn(`198.51.100.${count}`, 'a guess')).toBe(401);
    expect(await logIn('198.51.100.200')).toBe(429);
    expect(await logIn('2001:db8::2')).toBe(200);
    expect(await server.stop()).toBe(true);
  });
});
