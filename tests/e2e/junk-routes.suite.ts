import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { contract, type Contract, type HttpOperation } from '../../src/contract/contract.ts';
import { ERROR_STATUS, Problem, type WireErrorCode } from '../../src/contract/schemas/common.ts';
import { anyJson, JUNK, withJunk } from '../support/harness/junk.ts';
import type { Person } from '../support/harness/person.ts';
import { rawCall, type RawAnswer } from '../support/harness/raw-http.ts';
import { useSite, type Start } from '../support/harness/site.ts';

type OperationName = keyof Contract['http'];

const OPERATIONS = Object.keys(contract.http) as OperationName[];
const WITH_BODY = OPERATIONS.filter((name) => 'body' in contract.http[name]);
const WITH_QUERY = OPERATIONS.filter((name) => 'query' in contract.http[name]);
const ALWAYS: readonly WireErrorCode[] = ['VALIDATION_FAILED', 'UNAUTHENTICATED', 'TOKEN_EXPIRED', 'OVERLOADED'];
const INSIDES = /\n\s+at |node_modules|\.ts:\d|SELECT |INSERT |UPDATE |[Ss]equelize|SQLITE|\bER_[A-Z]{3}|Illegal mix/;
const JSON_TYPE = { 'content-type': 'application/json' };
const PLAIN_SETTINGS = { slowModeSeconds: 0, readOnly: false, messageLimit: null };
const UNKNOWN_ID = '018bcfe5-687b-7000-8000-00000000002a';

/** Whatever is asked over HTTP is answered as the contract says. */
export function junkRoutesSuite(database: string, start: Start): void {
  describe(`junk over HTTP, on ${database}`, () => {
    const site = useSite(start);
    let alice: Person;
    let roomId: string;
    beforeEach(async () => {
      alice = await site.someone('alice');
      roomId = await alice.createRoom();
    });

    const operationOf = (name: OperationName): HttpOperation => contract.http[name];
    const pathOf = (name: OperationName, other = UNKNOWN_ID) =>
      contract.http[name].path.replace('{roomId}', roomId).replaceAll(/\{\w+\}/g, other);
    const samples = (): Partial<Record<OperationName, object>> => ({
      register: { email: `${Date.now()}@example.org`, username: 'somebody', password: 'correct horse' },
      logIn: { email: alice.email, password: alice.password },
      refresh: { refreshToken: alice.refreshToken },
      changePassword: { currentPassword: alice.password, newPassword: 'battery staple' },
      createRoom: { name: 'general', isPrivate: true },
      joinRoom: { roomId, inviteCode: 'a-Code_1' },
      createInvite: { expiresInSeconds: 60, maxUses: 3 },
      previewInvite: { inviteCode: 'a-Code_1' },
      updateRoom: { ...PLAIN_SETTINGS, name: 'general' },
      changeRole: { role: 'admin' },
      banUser: { expiresInSeconds: 60, reason: 'spam' },
      muteMember: { expiresInSeconds: 60, reason: 'spam' },
      sendMessage: { content: 'hello', clientMessageId: 'c-1' },
      syncRooms: { rooms: [{ roomId, afterSeq: 0 }], limit: 100 },
      markReceipts: { deliveredSeq: 2, readSeq: 1 },
      markUnread: { fromSeq: 1 },
    });

    const check = (answer: RawAnswer, codes: readonly WireErrorCode[], what = ''): WireErrorCode | 'ok' => {
      expect(answer.text, what).not.toMatch(INSIDES);
      if (answer.status < 400) return 'ok';
      expect(answer.headers['content-type'], what).toBe('application/problem+json; charset=utf-8');
      const problem = Problem.parse(JSON.parse(answer.text));
      expect([...ALWAYS, ...codes], what).toContain(problem.code);
      expect({ status: problem.status, http: answer.status }, what).toEqual({
        status: ERROR_STATUS[problem.code],
        http: ERROR_STATUS[problem.code],
      });
      return problem.code;
    };
    const ask = async (name: OperationName, body: string | Buffer, headers: Record<string, string> = JSON_TYPE) => {
      const { method, errors } = operationOf(name);
      const answer = await rawCall(site.url, method.toUpperCase(), pathOf(name), {
        body,
        headers: { ...headers, authorization: `Bearer ${alice.token}` },
      });
      return check(answer, [...errors, 'PAYLOAD_TOO_LARGE'], `${name} ${body.toString().slice(0, 200)}`);
    };
    const get = async (path: string, codes: readonly WireErrorCode[], headers: Record<string, string> = {}) =>
      check(
        await rawCall(site.url, 'GET', path, { headers: { authorization: `Bearer ${alice.token}`, ...headers } }),
        codes,
        path.slice(0, 200),
      );
    const stillServes = async () => {
      // What looks like junk may be a setting.
      await alice.call('PATCH', `/api/rooms/${roomId}`, PLAIN_SETTINGS);
      const bob = await site.someone('bob');
      await bob.join(roomId);
      const { body } = await bob.call('POST', `/api/rooms/${roomId}/messages`, { content: 'still here' });
      const page = await bob.call('GET', `/api/rooms/${roomId}/messages?limit=1`);
      expect(page.body.messages).toEqual([body.message]);
      expect({}).not.toHaveProperty('isAdmin');
    };

    it.each(WITH_BODY)('is refused as the body of %s', async (name) => {
      const takesNothing = operationOf(name).body?.safeParse({}).success === true;
      for (const junk of JUNK) {
        const answer = await ask(name, junk);
        if (takesNothing && /^\{("__proto__".*)?\}$/.test(junk)) continue;
        expect(answer, `${name} ${junk.slice(0, 100)}`).toMatch(/VALIDATION_FAILED|PAYLOAD_TOO_LARGE/);
      }
      await stillServes();
    });

    it.each(WITH_BODY)('is answered in any field of the body of %s', async (name) => {
      for (const junk of JUNK) {
        for (const body of withJunk(samples()[name] ?? {}, junk)) await ask(name, body);
      }
      await stillServes();
    });

    it.each(WITH_BODY)('is answered, whatever it is, by %s', async (name) => {
      await fc.assert(
        fc.asyncProperty(anyJson(), fc.boolean(), async (json, inside) => {
          for (const body of inside ? withJunk(samples()[name] ?? {}, json) : [json]) await ask(name, body);
        }),
        { numRuns: 25 },
      );
      await stillServes();
    });

    it.each(WITH_BODY)('that is no JSON, or says it is something else, is refused by %s', async (name) => {
      for (const body of ['{', '{"a":', '[1,]', 'a=b', '\u0000', '<xml/>', '{"a":1}{"b":2}', '\ufeff{', "{'a':1}"]) {
        expect(await ask(name, body), body).toBe('VALIDATION_FAILED');
      }
      expect(await ask(name, Buffer.from([0xff, 0xfe, 0x00, 0x80]))).toBe('VALIDATION_FAILED');
      const good = JSON.stringify(samples()[name]);
      const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'junk', ''];
      for (const type of [...types, 'application/json; charset=junk', 'application/jsonp']) {
        expect(await ask(name, good, type ? { 'content-type': type } : {}), type).toBe('VALIDATION_FAILED');
      }
      for (const encoding of ['gzip', 'br', 'deflate', 'junk']) {
        const headers = { ...JSON_TYPE, 'content-encoding': encoding };
        expect(await ask(name, good, headers), encoding).toBe('VALIDATION_FAILED');
      }
      expect(await ask(name, `{"name":"${'x'.repeat(1_000_000)}"}`)).toBe('PAYLOAD_TOO_LARGE');
      await stillServes();
    });

    it.each(WITH_QUERY)('is refused in the query of %s', async (name) => {
      const path = pathOf(name);
      const fields = ['limit', 'cursor', 'before', 'after', 'afterSeq', 'query', 'unknown', '__proto__', 'constructor'];
      const values = [
        '',
        ' ',
        '-1',
        '1e3',
        '0x10',
        '1.5',
        '٣',
        '%00',
        '%ff',
        '%ed%a0%80',
        'null',
        '[]',
        'x'.repeat(2_000),
      ];
      for (const field of fields) {
        for (const value of values) {
          const answer = await get(`${path}?${field}=${encodeURI(value)}`, operationOf(name).errors);
          if (field !== 'query') expect(answer, `${field}=${value}`).toBe('VALIDATION_FAILED');
        }
        for (const twice of [`${field}=1&${field}=2`, `${field}[]=1`, `${field}[a]=1`, `${field}[__proto__][b]=1`]) {
          expect(await get(`${path}?${twice}`, operationOf(name).errors), twice).toBe('VALIDATION_FAILED');
        }
      }
      for (const query of ['?&&&&', '?=', '?%', '?%zz=%', `?${'a=1&'.repeat(1_000)}`, `?q=${'%00'.repeat(500)}`]) {
        await get(path + query, operationOf(name).errors);
      }
    });

    it('is answered in every path parameter', async () => {
      const junk = [
        'x',
        '%',
        '%zz',
        '%00',
        '%ff',
        '%2e%2e',
        '..%2f',
        roomId.toUpperCase(),
        `${roomId}%20`,
        '0',
        'null',
      ];
      for (const name of OPERATIONS) {
        const { method, path, errors } = operationOf(name);
        for (const value of path.includes('{') ? [...junk, 'x'.repeat(4_000), encodeURIComponent('💥')] : []) {
          const target = path.replaceAll(/\{\w+\}/g, value);
          const headers = { authorization: `Bearer ${alice.token}` };
          const answer = await rawCall(site.url, method.toUpperCase(), target, { headers });
          const code = check(answer, [...errors, 'NOT_FOUND'], `${method} ${target.slice(0, 100)}`);
          expect(code, target.slice(0, 100)).toMatch(/VALIDATION_FAILED|NOT_FOUND/);
        }
      }
    });

    it('in place of a token is answered alike, whatever it is', async () => {
      const tokens = [
        '',
        'x',
        'Bearer',
        'Bearer ',
        'Basic YTpi',
        `Bearer ${'a.'.repeat(3_000)}`,
        `Bearer ${alice.token}x`,
      ];
      for (const name of OPERATIONS) {
        const { method, auth } = operationOf(name);
        if (auth === 'none') continue;
        for (const authorization of [...tokens, 'Bearer null', 'Bearer eyJhbGciOiJub25lIn0.e30.', alice.token]) {
          const headers = { authorization, ...JSON_TYPE, 'content-length': '1' };
          const answer = await rawCall(site.url, method.toUpperCase(), pathOf(name), { headers, body: '{' });
          // The body is read first, so that one which is no JSON may be named before the token.
          expect(check(answer, [], `${name} ${authorization.slice(0, 50)}`)).toMatch(
            /UNAUTHENTICATED|VALIDATION_FAILED/,
          );
          const bare = await rawCall(site.url, method.toUpperCase(), pathOf(name), { headers: { authorization } });
          expect(check(bare, [], `${name} ${authorization.slice(0, 50)}`)).toBe('UNAUTHENTICATED');
        }
      }
    });

    it.each([
      '/',
      '/api',
      '/api/rooms/',
      '/nothing',
      '//',
      '/api//rooms',
      '/api/rooms/x/y/z',
      '/%',
      '/..',
      '/%2e%2e/',
      '/?x=%',
    ])('as the path %s is answered', async (path) => {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
        const answer = await rawCall(site.url, method, path, { headers: { authorization: `Bearer ${alice.token}` } });
        check(answer, ['NOT_FOUND', 'ROOM_NOT_FOUND'], `${method} ${path}`);
      }
    });

    it('as the method of a known path is answered', async () => {
      for (const name of OPERATIONS) {
        for (const method of ['PUT', 'TRACE', 'SEARCH']) {
          const answer = await rawCall(site.url, method, pathOf(name), {});
          expect(check(answer, ['NOT_FOUND'], `${method} ${name}`), `${method} ${name}`).toBe('NOT_FOUND');
        }
        expect((await rawCall(site.url, 'OPTIONS', pathOf(name), {})).status).toBe(204);
      }
    });
  });
}
