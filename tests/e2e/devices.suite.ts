import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../support/harness/http.ts';
import { Person, type Device } from '../support/harness/person.ts';
import type { TestServer } from '../support/harness/server.ts';

const cut = (device: Device) =>
  new Promise<void>((resolve) => {
    if (!device.socket.connected) resolve();
    else device.socket.once('disconnect', () => resolve());
  });

/** Sessions: one for each sign-in, and what ends one ends its live sockets. */
export function devicesSuite(database: string, start: (env?: Record<string, string>) => Promise<TestServer>): void {
  describe(`sessions, on ${database}`, () => {
    let server: TestServer;
    const people: Person[] = [];
    const someone = async () => {
      const person = await Person.register(server.url, 'dana');
      people.push(person);
      return person;
    };
    /** The same person on another device. */
    const elsewhere = async (person: Person) => {
      const { email, password } = person;
      const { body } = await call(server.url, 'POST', '/api/auth/login', { body: { email, password } });
      const other = Object.assign(new Person(server.url, 'dana'), { ...person, devices: [] });
      other.token = body.token;
      other.refreshToken = body.refreshToken;
      people.push(other);
      return other;
    };
    const refresh = (refreshToken: string) => call(server.url, 'POST', '/api/auth/refresh', { body: { refreshToken } });
    const works = async (person: Person) => (await person.call('GET', '/api/users/me')).status === 200;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(async () => {
      for (const person of people) person.close();
      await server.stop();
    });

    it('logs out one device and leaves the other', async () => {
      const here = await someone();
      const there = await elsewhere(here);
      const [h, t] = [await here.connect(), await there.connect()];
      expect((await here.call('POST', '/api/auth/logout')).status).toBe(204);
      await cut(h);
      expect([await works(here), await works(there), t.socket.connected]).toEqual([false, true, true]);
      expect((await refresh(here.refreshToken)).body.code).toBe('UNAUTHENTICATED');
    });

    it('logs out everywhere', async () => {
      const here = await someone();
      const there = await elsewhere(here);
      const devices = [await here.connect(), await there.connect()];
      expect((await here.call('POST', '/api/auth/logout-all')).status).toBe(204);
      await Promise.all(devices.map(cut));
      expect([await works(here), await works(there)]).toEqual([false, false]);
    });

    it('lists devices and ends one of them, and never one of somebody else', async () => {
      const here = await someone();
      const there = await elsewhere(here);
      const t = await there.connect();
      const { sessions } = (await here.call('GET', '/api/auth/sessions')).body;
      expect(sessions).toHaveLength(2);
      const other = sessions.find((session: { current: boolean }) => !session.current);
      const stranger = await someone();
      expect((await stranger.call('DELETE', `/api/auth/sessions/${other.id}`)).body.code).toBe('NOT_FOUND');
      expect(await works(there)).toBe(true);
      expect((await here.call('DELETE', `/api/auth/sessions/${other.id}`)).status).toBe(204);
      await cut(t);
      expect([await works(here), await works(there)]).toEqual([true, false]);
    });

    it('ends the other devices when the password changes', async () => {
      const here = await someone();
      const there = await elsewhere(here);
      const t = await there.connect();
      const wrong = { currentPassword: 'not it', newPassword: 'a new password' };
      expect((await here.call('POST', '/api/auth/password', wrong)).body.code).toBe('FORBIDDEN');
      const right = { currentPassword: here.password, newPassword: 'a new password' };
      expect((await here.call('POST', '/api/auth/password', right)).status).toBe(204);
      await cut(t);
      expect([await works(here), await works(there)]).toEqual([true, false]);
      const login = (password: string) =>
        call(server.url, 'POST', '/api/auth/login', { body: { email: here.email, password } });
      expect([(await login(here.password)).status, (await login('a new password')).status]).toEqual([401, 200]);
    });

    it('renews tokens once each; a spent one ends the session and its sockets', async () => {
      const here = await someone();
      const h = await here.connect();
      const first = await refresh(here.refreshToken);
      expect(first.status).toBe(200);
      here.token = first.body.token;
      expect(await works(here)).toBe(true);
      // Repeated at once, as by a client that got no answer: the same again.
      expect((await refresh(here.refreshToken)).body.refreshToken).toBe(first.body.refreshToken);
      const second = await refresh(first.body.refreshToken);
      expect((await refresh(here.refreshToken)).body.code).toBe('UNAUTHENTICATED');
      await cut(h);
      expect(await works(here)).toBe(false);
      expect((await refresh(second.body.refreshToken)).body.code).toBe('UNAUTHENTICATED');
    });

    it('gives parallel renewals with one token the same next one', async () => {
      const here = await someone();
      const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(here.refreshToken)));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.refreshToken}`)).size).toBe(1);
      expect((await refresh(answers[0]?.body.refreshToken)).status).toBe(200);
    });
  });

  describe(`tokens that end, on ${database}`, () => {
    it('warns a live socket, renews it in place, and cuts it when the token ends', async () => {
      const server = await start({ JWT_EXPIRES_IN: '3s' });
      const [here, other] = [await Person.register(server.url, 'dana'), await Person.register(server.url, 'eve')];
      const [renewed, left] = [
        await here.connect({ reconnection: false }),
        await here.connect({ reconnection: false }),
      ];
      await renewed.hears('session_expiring');
      expect(await renewed.ask('authenticate', { token: other.token })).toMatchObject({ error: { code: 'FORBIDDEN' } });
      expect(await renewed.ask('authenticate', { token: 'x' })).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const { body } = await call(server.url, 'POST', '/api/auth/refresh', {
        body: { refreshToken: here.refreshToken },
      });
      expect(await renewed.ask('authenticate', { token: body.token })).toMatchObject({ ok: true });
      await cut(left);
      expect(left.all('error')).toMatchObject([{ code: 'TOKEN_EXPIRED' }]);
      expect(renewed.socket.connected).toBe(true);
      here.close();
      await server.stop();
    });
  });
}
