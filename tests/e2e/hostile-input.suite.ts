import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../src/contract/contract.ts';
import { ERROR_CODES } from '../../src/contract/schemas/common.ts';
import { call } from '../support/harness/http.ts';
import { Person, type Device } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

const DOCUMENTED = new Set<string>(ERROR_CODES.filter((code) => code !== 'INTERNAL'));
const LEAKS = /\bat .+:\d+|node_modules|SELECT |INSERT |Sequelize|SQLITE|\bER_[A-Z]/;

const deep = (depth: number): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};

const SHAPES: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  Number.MAX_SAFE_INTEGER,
  '',
  'text',
  '\ud800',
  'nul\u0000',
  [],
  {},
  [null],
  deep(2_000),
  'x'.repeat(30_000),
  { roomId: null },
  { roomId: { $ne: '' }, content: ['x'] },
  { roomId: '01890000-0000-7000-8000-00000000DEAD', content: 'x' },
  JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}'),
  Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`field${index}`, index])),
];

/** Whatever arrives is answered with a documented code, and the server goes on. */
export function hostileInputSuite(database: string, start: () => Promise<TestServer>): void {
  describe(`hostile input, on ${database}`, () => {
    let server: TestServer;
    let alice: Person;
    let roomId: string;
    beforeAll(async () => {
      server = await start();
      alice = await Person.register(server.url, 'alice');
      roomId = await alice.createRoom();
    });
    afterAll(async () => {
      alice.close();
      await server.stop();
    });

    const expectGood = (reply: { ok: boolean; error?: { code: string } }) => {
      if (!reply.ok) expect(DOCUMENTED).toContain(reply.error?.code);
      expect(JSON.stringify(reply)).not.toMatch(LEAKS);
    };
    const stillServes = async (device: Device) => {
      expect(await device.ask('send_message', { roomId, content: 'still here' })).toMatchObject({ ok: true });
    };

    it.each(Object.keys(contract.clientEvents))('%s takes every shape', async (event) => {
      const device = await alice.connect({ transports: ['websocket'] });
      const witness = await alice.connect();
      for (const shape of SHAPES) expectGood(await device.ask(event, shape));
      await fc.assert(
        fc.asyncProperty(
          fc.jsonValue({ depthSize: 'medium' }),
          fc.constantFrom('', 'roomId', 'rooms'),
          async (json, key) => {
            expectGood(await device.ask(event, key ? { roomId, [key]: json } : json));
          },
        ),
        { numRuns: 60 },
      );
      // Leaving is one of the events; whoever left comes back for the rest.
      await alice.join(roomId);
      await stillServes(witness);
      device.close();
      witness.close();
    });

    it('takes events without arguments, with junk for an ack and with far too many arguments', async () => {
      const device = await alice.connect({ transports: ['websocket'] });
      for (const event of Object.keys(contract.clientEvents)) {
        device.socket.emit(event);
        device.socket.emit(event, null, 'no function');
        device.socket.emit(event, { roomId }, ...Array.from({ length: 200 }, (_, index) => index));
      }
      device.socket.emit('no_such_event', { roomId });
      await device.hears('error', (error) => error.event === 'typing' && error.code === 'VALIDATION_FAILED');
      // One of them was to leave; a join that overtakes it finds a member.
      await device.hears('room_event', ({ type }) => type === 'member_left');
      await alice.join(roomId);
      await stillServes(device);
      expect(device.all('error').every((error) => DOCUMENTED.has(error.code))).toBe(true);
      device.close();
    });

    it('answers every route for every shape', async () => {
      for (const { method, path, auth } of Object.values(contract.http)) {
        const filled = path.replaceAll(/\{\w+\}/g, roomId);
        // These two would end what the others need.
        if (/logout|password/.test(path)) continue;
        for (const shape of method === 'get' ? [undefined] : SHAPES) {
          const raw = JSON.stringify(shape) ?? 'undefined';
          const token = auth === 'bearer' ? alice.token : undefined;
          const { status, body } = await call(server.url, method.toUpperCase(), filled, {
            token,
            ...(method === 'get' ? {} : { raw }),
          });
          if (status >= 400 && path !== '/ready') {
            expect(DOCUMENTED, `${method} ${path} ${raw.slice(0, 80)}`).toContain(body.code);
            expect(body).toMatchObject({ status, type: 'about:blank', message: expect.any(String) });
          }
          expect(JSON.stringify(body ?? null)).not.toMatch(LEAKS);
        }
      }
      await alice.join(roomId);
    });

    it.each([
      ['malformed JSON', { method: 'POST', body: '{"email":' }, 400, 'VALIDATION_FAILED'],
      [
        'a body that is too large',
        { method: 'POST', body: JSON.stringify({ email: 'x'.repeat(1e6) }) },
        413,
        'PAYLOAD_TOO_LARGE',
      ],
      [
        'another content type',
        { method: 'POST', body: 'a=b', headers: { 'content-type': 'text/plain' } },
        400,
        'VALIDATION_FAILED',
      ],
      [
        'an unknown charset',
        { method: 'POST', body: '{}', headers: { 'content-type': 'application/json; charset=x' } },
        400,
        'VALIDATION_FAILED',
      ],
    ] as const)('refuses %s', async (_what, init, status, code) => {
      const headers = { 'content-type': 'application/json', ...('headers' in init ? init.headers : {}) };
      const response = await fetch(`${server.url}/api/auth/login`, { ...init, headers });
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect({ status: response.status, ...((await response.json()) as object) }).toMatchObject({ status, code });
    });

    it.each([
      ['GET', '/nowhere', 404, 'NOT_FOUND'],
      ['PUT', '/api/rooms', 404, 'NOT_FOUND'],
      ['GET', '/api/rooms/%E0%A4%A', 400, 'VALIDATION_FAILED'],
      ['GET', '/api/rooms/../../etc/passwd', 404, 'NOT_FOUND'],
      ['GET', `/api/rooms/${'x'.repeat(4_000)}`, 400, 'VALIDATION_FAILED'],
    ])('answers %s %s', async (method, path, status, code) => {
      const { body, ...answer } = await alice.call(method, path);
      expect({ status: answer.status, code: body.code }).toEqual({ status, code });
    });

    it('says nothing of what it is made of, and is not to be cached', async () => {
      const { headers } = await alice.call('GET', '/api/rooms/mine');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      const polling = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
      expect(polling.headers.get('x-content-type-options')).toBe('nosniff');
    });
  });
}
