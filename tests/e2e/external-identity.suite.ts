import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/harness/http.ts';
import { aSigningKey, Issuer, type SigningKey } from '../support/harness/issuer.ts';
import { Device, Person } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';
import { until, untilTime, type Start } from '../support/harness/site.ts';

let people = 0;
const aSubject = () => `auth0|${process.pid}-${(people += 1)}`;
const nowS = () => Math.floor(Date.now() / 1_000);

/** Users of another system, on its own tokens. */
export function externalIdentitySuite(database: string, start: Start): void {
  describe(`identity from elsewhere, on ${database}`, () => {
    let issuer: Issuer, key: SigningKey, server: TestServer;
    const devices: Device[] = [];
    beforeAll(async () => {
      key = await aSigningKey('one');
      issuer = await Issuer.start(key);
      server = await start({ ...issuer.env, EXTERNAL_ALGORITHMS: 'ES256' });
    });
    afterAll(async () => {
      for (const device of devices) device.close();
      expect(await server.stop()).toBe(true);
      await issuer.stop();
    });
    const tokenOf = (subject: string, claims: JWTPayload = {}) => issuer.token(key, { sub: subject, ...claims });
    const me = (token: string) => call(server.url, 'GET', '/api/users/me', { token });
    const connect = async (token: string) => {
      const device = new Device(server.url, token, { reconnection: false });
      devices.push(device);
      return device.connected();
    };

    it('is the same user over HTTP, on a socket and on every later token', async () => {
      const subject = aSubject();
      const claims = { preferred_username: `Ann ${subject}`, email: `${subject}@example.org`.replace('|', '-') };
      const token = await tokenOf(subject, claims);
      const { status, body } = await me(token);
      expect(status).toBe(200);
      expect(body.user).toMatchObject({ username: claims.preferred_username, email: claims.email });
      const room = await call(server.url, 'POST', '/api/rooms', { token, body: { name: 'a room' } });
      const device = await connect(token);
      const sent = await device.ask('send_message', { roomId: room.body.room.id, content: 'hello' });
      expect(sent).toMatchObject({ ok: true });
      expect((await device.hears('receive_message')).userId).toBe(body.user.id);
      const later = await tokenOf(subject, { exp: nowS() + 900 });
      expect((await me(later)).body.user.id).toBe(body.user.id);
      expect(await device.ask('authenticate', { token: later })).toMatchObject({ ok: true });
      const { body: devicesOf } = await call(server.url, 'GET', '/api/auth/sessions', { token });
      expect(devicesOf.sessions).toHaveLength(2);
    });

    it('makes one user of somebody who comes in many ways at once', async () => {
      const subject = aSubject();
      const tokens = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => tokenOf(subject, { exp: nowS() + 60 * n })));
      const answers = await Promise.all([...tokens, ...tokens].map((token) => me(token)));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
    });

    it('gives nobody an account for having its address or its name', async () => {
      const local = await Person.register(server.url, 'local');
      const claims = { preferred_username: local.username.toUpperCase(), email: local.email.toUpperCase() };
      const names = new Set([local.username]);
      for (const token of [await tokenOf(aSubject(), claims), await tokenOf(aSubject(), claims)]) {
        const { user } = (await me(token)).body;
        expect(user.id).not.toBe(local.id);
        expect(user.email).toBe(`${user.id}@users.invalid`);
        expect(user.username).toContain(claims.preferred_username);
        names.add(user.username);
      }
      expect(names.size).toBe(3);
      const noPassword = { email: `${local.id}@users.invalid`, password: '' };
      expect((await call(server.url, 'POST', '/api/auth/login', { body: noPassword })).status).toBe(400);
    });

    it.each([
      ['no name and no address', {}],
      ['a name that breaks our rules', { preferred_username: 'x\u202e', email: 'not an address' }],
      ['claims that are no text', { preferred_username: ['x'], email: 7 }],
      ['an address that is not verified', { email: 'somebody@example.org', email_verified: false }],
    ])('takes somebody with %s', async (_what, claims) => {
      const { status, body } = await me(await tokenOf(aSubject(), claims));
      expect(status).toBe(200);
      expect(body.user.username).toMatch(/^user-[0-9a-f]+$/);
      expect(body.user.email).toMatch(/@users\.invalid$/);
    });

    it('is cut by logging out, and stays out with that token', async () => {
      const subject = aSubject();
      const [token, other] = [await tokenOf(subject), await tokenOf(subject, { exp: nowS() + 77 })];
      const [cut, kept] = [await connect(token), await connect(other)];
      expect((await call(server.url, 'POST', '/api/auth/logout', { token })).status).toBe(204);
      await until('the socket is cut', () => !cut.socket.connected);
      expect((await me(token)).status).toBe(401);
      await expect(connect(token)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
      expect(await kept.ask('authenticate', { token })).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
      expect(await kept.ask('sync', {})).toMatchObject({ ok: true });
    });

    it('is cut everywhere by logging out everywhere, on tokens from before that nobody has shown yet, too', async () => {
      const subject = aSubject();
      const [shown, unseen] = [await tokenOf(subject), await tokenOf(subject, { iat: nowS() - 30 })];
      const device = await connect(shown);
      expect((await call(server.url, 'POST', '/api/auth/logout-all', { token: shown })).status).toBe(204);
      await until('the socket is cut', () => !device.socket.connected);
      for (const token of [shown, unseen]) {
        expect((await me(token)).status).toBe(401);
        await expect(connect(token)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
      }
      // What the issuer signs in a later second is a new sign-in.
      await untilTime((nowS() + 1) * 1_000);
      expect((await me(await tokenOf(subject))).status).toBe(200);
    });

    it('ends with its token', async () => {
      const token = await tokenOf(aSubject(), { exp: nowS() + 3 });
      const device = await connect(token);
      await device.hears('session_expiring');
      expect(await device.hears('error')).toMatchObject({ event: 'authenticate', code: 'TOKEN_EXPIRED' });
      await until('the socket is cut', () => !device.socket.connected);
      expect((await me(token)).body.code).toBe('TOKEN_EXPIRED');
    });

    it('does not renew the socket of somebody else', async () => {
      const device = await connect(await tokenOf(aSubject()));
      const stranger = await tokenOf(aSubject());
      expect(await device.ask('authenticate', { token: stranger })).toMatchObject({ error: { code: 'FORBIDDEN' } });
      const local = await Person.register(server.url);
      const own = await local.connect();
      devices.push(own);
      expect(await own.ask('authenticate', { token: stranger })).toMatchObject({ error: { code: 'FORBIDDEN' } });
    });

    it('asks the issuer once for many on a node, and goes on without it', async () => {
      expect(issuer.asked).toBe(server.nodes ?? 1);
      issuer.answer = { status: 500 };
      expect((await me(await tokenOf(aSubject()))).status).toBe(200);
      const junk = await Promise.all(Array.from({ length: 30 }, (_, n) => issuer.token({ ...key, kid: `kid-${n}` })));
      for (const { status } of await Promise.all(junk.map(me))) expect([401, 503]).toContain(status);
      expect(issuer.asked).toBeLessThanOrEqual(2 * (server.nodes ?? 1));
      expect((await me(await tokenOf(aSubject()))).status).toBe(200);
      issuer.answer = {};
    });
  });

  withoutAccounts(database, start);
}

function withoutAccounts(database: string, start: Start): void {
  describe(`without accounts of its own, on ${database}`, () => {
    let issuer: Issuer, key: SigningKey, server: TestServer;
    beforeAll(async () => {
      key = await aSigningKey('one', 'EdDSA');
      issuer = await Issuer.start(key);
      const { EXTERNAL_JWKS_URL: _, ...env } = issuer.env;
      server = await start({ ...env, EXTERNAL_PUBLIC_KEY: key.pem.replaceAll('\n', '\\n'), BUILT_IN_ACCOUNTS: 'off' });
    });
    afterAll(async () => {
      expect(await server.stop()).toBe(true);
      await issuer.stop();
    });

    it('takes tokens of the issuer and neither registers nor signs in anybody', async () => {
      const token = await issuer.token(key, { sub: aSubject() });
      expect((await call(server.url, 'GET', '/api/users/me', { token })).status).toBe(200);
      expect(issuer.asked).toBe(0);
      const account = { email: 'new@example.com', username: 'somebody new', password: 'long enough to be one' };
      const { username: _, ...login } = account;
      for (const [path, body] of [
        ['register', account],
        ['login', login],
        ['refresh', { refreshToken: 'x.y' }],
        ['password', { currentPassword: 'x', newPassword: account.password }],
      ] as const) {
        const answer = await call(server.url, 'POST', `/api/auth/${path}`, { token, body });
        expect({ path, status: answer.status, code: answer.body.code }).toEqual({
          path,
          status: 403,
          code: 'FORBIDDEN',
        });
      }
    });
  });
}
