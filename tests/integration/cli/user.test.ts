import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { privateRedis } from '../../support/databases/private-redis.ts';
import { call } from '../../support/harness/http.ts';
import { cli } from '../../support/harness/cli.ts';
import { aSigningKey, Issuer } from '../../support/harness/issuer.ts';
import { Person } from '../../support/harness/person.ts';
import { startServer, type TestServer } from '../../support/harness/server.ts';
import { until } from '../../support/harness/site.ts';
import { describeDatabases, useDatabase } from '../sequelize/sql-harness.ts';

describeDatabases('parley user beside a live server', (fresh) => {
  const database = useDatabase(fresh);
  const cleanUp: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  const env = (extra: Record<string, string> = {}) => ({ DATABASE_URL: database.url(), BCRYPT_COST: '4', ...extra });
  const serve = async (extra: Record<string, string> = {}): Promise<TestServer> => {
    const server = await startServer(env(extra));
    cleanUp.push(() => server.stop());
    return server;
  };
  const user = async (args: readonly string[], given: { stdin?: string; env?: Record<string, string> } = {}) => {
    const outcome = await cli(['user', ...args, '--json'], { ...given, env: env(given.env) });
    const reply = outcome.exitCode === 0 ? (JSON.parse(outcome.stdout) as Record<string, unknown>) : {};
    return { ...outcome, reply };
  };
  const logIn = (server: TestServer, email: string, password: string) =>
    call(server.url, 'POST', '/api/auth/login', { body: { email, password } });

  it('makes an account whose password is shown once, and refuses what the rules refuse', async () => {
    const server = await serve();
    const made = await user(['create', '--email', 'Ann@example.org', '--username', 'Ann']);
    expect(made).toMatchObject({ exitCode: 0, stderr: '' });
    const { id, password } = made.reply as { id: string; password: string };
    const { status, body } = await logIn(server, 'ann@example.org', password);
    expect({ status, user: body.user.id as string }).toEqual({ status: 200, user: id });
    const again = await user(['create', '--email', 'other@example.org', '--username', 'ANN']);
    expect(again).toMatchObject({ exitCode: 1, stdout: '', stderr: 'This username is taken.\n' });
    const short = await user(['create', '--email', 'a@b.c', '--username', 'bob', '--password-stdin'], { stdin: 'x\n' });
    expect(short).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('disables a user: live connections end, tokens and passwords are refused, until the user is enabled', async () => {
    const server = await serve();
    const [ann, bob] = [await Person.register(server.url, 'ann'), await Person.register(server.url, 'bob')];
    const [annsDevice, bobsDevice] = [await ann.connect(), await bob.connect()];
    expect((await user(['disable', ann.username])).reply).toEqual({ id: ann.id, ended: 1 });
    await until('the connection is cut', async () => !annsDevice.socket.connected);
    const me = () => call(server.url, 'GET', '/api/users/me', { token: ann.token });
    await until('the token is refused', async () => (await me()).status === 401);
    const refreshed = await call(server.url, 'POST', '/api/auth/refresh', { body: { refreshToken: ann.refreshToken } });
    expect(refreshed.status).toBe(401);
    const refused = await logIn(server, ann.email, ann.password);
    expect(refused).toMatchObject({ status: 401, body: { detail: 'This account has been disabled.' } });
    expect((await logIn(server, ann.email, 'a wrong password')).body.detail).not.toContain('disabled');
    expect(bobsDevice.socket.connected).toBe(true);
    expect((await user(['disable', ann.id])).reply).toEqual({ id: ann.id, ended: 0 });
    expect((await user(['enable', ann.email])).exitCode).toBe(0);
    expect((await logIn(server, ann.email, ann.password)).status).toBe(200);
    ann.close();
    bob.close();
  });

  it('lists the devices of a user, and ends them all with another password', async () => {
    const server = await serve();
    const ann = await Person.register(server.url, 'ann');
    const device = await ann.connect();
    const { reply } = await user(['sessions', ann.email]);
    expect(reply).toMatchObject({ userId: ann.id, sessions: [{ userAgent: expect.any(String) as string }] });
    const unasked = await user(['reset-password', ann.id]);
    expect(unasked).toMatchObject({ exitCode: 2, stdout: '' });
    const stdin = 'another good password\n';
    const reset = await user(['reset-password', ann.id, '--yes', '--password-stdin'], { stdin });
    expect(reset.reply).toEqual({ id: ann.id, ended: 1 });
    await until('the connection is cut', async () => !device.socket.connected);
    expect((await logIn(server, ann.email, ann.password)).status).toBe(401);
    expect((await logIn(server, ann.email, 'another good password')).status).toBe(200);
    ann.close();
  });

  it('is heard by a node at once when there is Redis', async () => {
    const redis = await privateRedis();
    cleanUp.push(() => redis.stop());
    const server = await serve({ REDIS_URL: redis.url });
    await until('redis is up', async () => (await call(server.url, 'GET', '/ready')).body.checks.redis === 'up');
    const ann = await Person.register(server.url, 'ann');
    const device = await ann.connect();
    // A look into the database would find it as well, only later.
    const listener = new Redis(redis.url);
    await listener.ssubscribe('parley:all');
    const told = new Promise<string>((resolve) => listener.on('smessage', (_channel, news: string) => resolve(news)));
    const { exitCode, stderr } = await user(['disable', ann.id], { env: { REDIS_URL: redis.url } });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await told).toContain('session_ended');
    await until('the connection is cut', async () => !device.socket.connected);
    listener.disconnect();
    ann.close();
  });

  it('keeps out a disabled user of another issuer, also with a token that is newer', async () => {
    const key = await aSigningKey('one');
    const issuer = await Issuer.start(key);
    cleanUp.push(() => issuer.stop());
    const server = await serve({ ...issuer.env, EXTERNAL_ALGORITHMS: 'ES256' });
    const me = async (exp: number) => {
      const token = await issuer.token(key, { sub: 'ann', exp: Math.floor(Date.now() / 1_000) + exp });
      return call(server.url, 'GET', '/api/users/me', { token });
    };
    const { body } = await me(60);
    expect((await user(['disable', body.user.id as string])).exitCode).toBe(0);
    expect((await me(90)).status).toBe(401);
    await user(['enable', body.user.id as string]);
    expect((await me(120)).status).toBe(200);
  });

  it('says with 3 that there is no such user, and touches no schema that is older', async () => {
    await (await database.node()).close();
    expect(await user(['disable', 'nobody'])).toMatchObject({ exitCode: 3, stdout: '' });
    const aside = await database.aside();
    await aside.query(`DELETE FROM schema_migrations WHERE name = '0031-add-disabled-at'`);
    const { exitCode, stderr } = await user(['disable', 'nobody']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('parley migrate up');
  });
});
