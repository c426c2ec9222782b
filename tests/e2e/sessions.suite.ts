import { describe, expect, it } from 'vitest';
import { call } from '../support/harness/http.ts';
import { Device, type Person } from '../support/harness/person.ts';
import { until, untilTime, useSite, type Site, type Start } from '../support/harness/site.ts';

interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
}

/** Devices of one account: how they are renewed, listed and ended, and what that does to their live sockets. */
export function sessionsSuite(database: string, start: Start): void {
  describe(`sessions, on ${database}`, () => {
    const site = useSite(start);
    const { logIn, refresh, answers, connect } = tools(site);

    it('give a new pair for a refresh token, and keep the live socket', async () => {
      const alice = await site.someone('alice');
      const device = await connect(alice.token);
      const { status, body } = await refresh(alice.refreshToken);
      expect(status).toBe(200);
      expect(body).toMatchObject({ user: { id: alice.id, username: alice.username, email: alice.email } });
      expect(body.refreshToken).not.toBe(alice.refreshToken);
      expect(await answers(body.token)).toBe(200);
      expect(await device.ask('sync', {})).toMatchObject({ ok: true });
      expect((await refresh(body.refreshToken)).status).toBe(200);
    });

    it('end as a whole when a spent refresh token is seen again, live sockets included', async () => {
      const alice = await site.someone('alice');
      const other = await logIn(alice);
      const [stolen, safe] = [await connect(alice.token), await connect(other.token)];
      const { body: once } = await refresh(alice.refreshToken);
      const { body: renewed } = await refresh(once.refreshToken);
      expect(await refresh(alice.refreshToken)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
      await until('the socket is cut', () => !stolen.socket.connected);
      for (const token of [alice.token, renewed.token]) expect(await answers(token)).toBe(401);
      expect((await refresh(renewed.refreshToken)).status).toBe(401);
      expect(await safe.ask('sync', {})).toMatchObject({ ok: true });
      expect(await answers(other.token)).toBe(200);
    });

    it('do not end because somebody who knows their id makes up a secret', async () => {
      const alice = await site.someone('alice');
      const device = await connect(alice.token);
      const [id] = alice.refreshToken.split('.');
      expect((await refresh(`${id}.${'A'.repeat(65)}`)).status).toBe(401);
      expect(await answers(alice.token)).toBe(200);
      expect(await device.ask('sync', {})).toMatchObject({ ok: true });
    });

    it.each(['', '.', 'x', 'x.y', 'é.\ud800', '018bcfe5-687b-7000-8000-00000000002a.secret'])(
      'do not take %j for a refresh token',
      async (refreshToken) => {
        expect([400, 401]).toContain((await refresh(refreshToken)).status);
      },
    );

    it('end one by one: logging out cuts the sockets of that session and of no other', async () => {
      const alice = await site.someone('alice');
      const other = await logIn(alice);
      const mine = [await connect(alice.token), await connect(alice.token, { transports: ['polling'] })];
      const theirs = await connect(other.token);
      expect((await alice.call('POST', '/api/auth/logout')).status).toBe(204);
      await until('both sockets are cut', () => mine.every(({ socket }) => !socket.connected));
      expect(await answers(alice.token)).toBe(401);
      expect((await refresh(alice.refreshToken)).status).toBe(401);
      await expect(connect(alice.token)).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
      expect(await theirs.ask('sync', {})).toMatchObject({ ok: true });
      expect(await answers(other.token)).toBe(200);
    });

    it('end all at once when asked to', async () => {
      const alice = await site.someone('alice');
      const other = await logIn(alice);
      const devices = [await connect(alice.token), await connect(other.token)];
      const bob = await site.someone('bob');
      const bystander = await bob.connect();
      expect((await alice.call('POST', '/api/auth/logout-all')).status).toBe(204);
      await until('all sockets are cut', () => devices.every(({ socket }) => !socket.connected));
      for (const { token, refreshToken } of [alice, other]) {
        expect(await answers(token)).toBe(401);
        expect((await refresh(refreshToken)).status).toBe(401);
      }
      expect(await bystander.ask('sync', {})).toMatchObject({ ok: true });
      expect((await logIn(alice)).token).toEqual(expect.any(String));
    });

    it('are listed for their owner, who can end any of them, and for nobody else', async () => {
      const [alice, bob] = [await site.someone('alice'), await site.someone('bob')];
      const other = await logIn(alice);
      const theirs = await connect(other.token);
      const list = async () => (await alice.call('GET', '/api/auth/sessions')).body.sessions;
      const sessions = await list();
      expect(sessions).toHaveLength(2);
      const [elsewhere] = sessions.filter(({ current }: { current: boolean }) => !current);
      expect(sessions.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
      expect(JSON.stringify(sessions)).not.toContain(other.refreshToken.split('.')[1]);
      const path = `/api/auth/sessions/${elsewhere.id}`;
      expect(await bob.call('DELETE', path)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
      expect(await theirs.ask('sync', {})).toMatchObject({ ok: true });
      expect((await alice.call('DELETE', path)).status).toBe(204);
      await until('its socket is cut', () => !theirs.socket.connected);
      expect(await answers(other.token)).toBe(401);
      expect(await list()).toMatchObject([{ current: true }]);
      expect((await alice.call('GET', '/api/users/me')).body.user).toMatchObject({ id: alice.id, email: alice.email });
    });

    it('end everywhere else when the password is changed', async () => {
      const alice = await site.someone('alice');
      const other = await logIn(alice);
      const [here, elsewhere] = [await connect(alice.token), await connect(other.token)];
      const change = (currentPassword: string, newPassword: string) =>
        alice.call('POST', '/api/auth/password', { currentPassword, newPassword });
      expect(await change('a wrong guess', 'a new password')).toMatchObject({
        status: 403,
        body: { code: 'FORBIDDEN' },
      });
      expect(await change(alice.password, 'short')).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
      expect(await elsewhere.ask('sync', {})).toMatchObject({ ok: true });
      expect((await change(alice.password, 'a new password')).status).toBe(204);
      await until('the other socket is cut', () => !elsewhere.socket.connected);
      expect(await here.ask('sync', {})).toMatchObject({ ok: true });
      expect(await answers(alice.token)).toBe(200);
      expect((await refresh(other.refreshToken)).status).toBe(401);
      const body = { email: alice.email, password: alice.password };
      expect((await call(site.url, 'POST', '/api/auth/login', { body })).status).toBe(401);
      expect((await logIn(alice, 'a new password')).token).toEqual(expect.any(String));
    });

    it('leave no socket behind that was being opened while they ended', async () => {
      for (let round = 0; round < 15; round += 1) {
        const alice = await site.someone('alice');
        const device = new Device(site.url, alice.token, { reconnection: false, transports: ['websocket'] });
        alice.devices.push(device);
        const opened = device.connected().then(
          () => true,
          () => false,
        );
        await new Promise((resolve) => setTimeout(resolve, round % 5));
        await alice.call('POST', '/api/auth/logout');
        if (await opened) await until('the socket is cut', () => !device.socket.connected);
      }
    });
  });

  expirySuite(database, start);
}

function expirySuite(database: string, start: Start): void {
  describe(`a token that ends, on ${database}`, () => {
    const site = useSite(start, { JWT_EXPIRES_IN: '3s' });
    const { refresh, connect } = tools(site);

    it('is announced, and cuts the live socket when it ends', async () => {
      const alice = await site.someone('alice');
      const device = await connect(alice.token);
      const { expiresAt } = await device.hears('session_expiring');
      expect(await device.ask('sync', {})).toMatchObject({ ok: true });
      expect(await device.hears('error')).toMatchObject({ event: 'authenticate', code: 'TOKEN_EXPIRED' });
      await until('the socket is cut', () => !device.socket.connected);
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt) - 50);
      const { body } = await refresh(alice.refreshToken);
      expect(await (await connect(body.token)).ask('sync', {})).toMatchObject({ ok: true });
    });

    it('is renewed in place by a newer one of the same user', async () => {
      const alice = await site.someone('alice');
      const device = await connect(alice.token);
      const { expiresAt } = await device.hears('session_expiring');
      // Tokens end on whole seconds, so a newer one ends later only in a later second.
      await untilTime(Date.parse(expiresAt) - 1_500);
      const { body } = await refresh(alice.refreshToken);
      const renewed = await device.ask('authenticate', { token: body.token });
      expect(renewed).toMatchObject({ ok: true });
      expect(Date.parse(renewed.data.expiresAt)).toBeGreaterThan(Date.parse(expiresAt));
      await untilTime(Date.parse(expiresAt) + 300);
      expect(await device.ask('sync', {})).toMatchObject({ ok: true });
      expect(device.all('error')).toEqual([]);
      await until('the socket is cut at the end of the new token', () => !device.socket.connected);
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(renewed.data.expiresAt) - 50);
    });

    it('is not renewed by a token of somebody else, by junk, or by one whose session has ended', async () => {
      const [alice, bob] = [await site.someone('alice'), await site.someone('bob')];
      const device = await connect(alice.token);
      const tries: [string, string][] = [
        [bob.token, 'FORBIDDEN'],
        ['junk', 'UNAUTHENTICATED'],
        [`${alice.token}x`, 'UNAUTHENTICATED'],
      ];
      for (const [token, code] of tries) {
        expect(await device.ask('authenticate', { token })).toMatchObject({ ok: false, error: { code } });
      }
      await bob.call('POST', '/api/auth/logout');
      await site.carried();
      expect(await device.ask('authenticate', { token: bob.token })).toMatchObject({
        error: { code: 'UNAUTHENTICATED' },
      });
      const mine = await device.ask('sync', {});
      expect(mine).toMatchObject({ ok: true });
    });
  });
}

function tools(site: Site) {
  const logIn = async (person: Person, password = person.password): Promise<Tokens> => {
    const { status, body } = await call(site.url, 'POST', '/api/auth/login', {
      body: { email: person.email, password },
    });
    expect(status).toBe(200);
    return body as Tokens;
  };
  const refresh = (refreshToken: string) => call(site.url, 'POST', '/api/auth/refresh', { body: { refreshToken } });
  const answers = async (token: string) => (await call(site.url, 'GET', '/api/users/me', { token })).status;
  /** A cut socket stays cut, so that it can be seen. */
  const connect = async (token: string, options = {}) =>
    new Device(site.url, token, { reconnection: false, ...options }).connected();
  return { logIn, refresh, answers, connect };
}
