import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contract } from '../../src/contract/contract.ts';
import { call } from '../support/harness/http.ts';
import { launch, startChild, withDirectory, type LaunchedServer } from '../support/harness/launch.ts';
import { Device, Person } from '../support/harness/person.ts';
import { until } from '../support/harness/site.ts';

const JWT_SECRET = 'a secret for tests that is long enough';

interface Sent {
  readonly clientMessageId: string;
  readonly content: string;
  ack: { readonly id: string; readonly seq: number } | null;
}

interface Stored {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly content: string;
  readonly clientMessageId?: string;
}

/** Three people who write into one room as fast as they are answered, until the server is gone or about to go. */
async function underLoad(url: string) {
  const people = await Promise.all(['alice', 'bob', 'carol'].map((name) => Person.register(url, name)));
  const [alice] = people as [Person];
  const roomId = await alice.createRoom();
  for (const other of people.slice(1)) await other.join(roomId);
  const sent: Sent[] = [];
  const working = people.map(async (person, who) => {
    const device = await person.connect({ reconnection: false, transports: who === 2 ? ['polling'] : ['websocket'] });
    let going = true;
    device.socket.once('draining', () => (going = false));
    device.socket.once('disconnect', () => (going = false));
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      for (let count = 0; going; count += 1) {
        const message: Sent = {
          clientMessageId: `${who}-${lane}-${count}`,
          content: `message ${who}/${lane}/${count}`,
          ack: null,
        };
        sent.push(message);
        const { clientMessageId, content } = message;
        const reply = await device.ask('send_message', { roomId, clientMessageId, content }).catch(() => null);
        if (reply?.ok) message.ack = reply.data;
        else going = false;
      }
    });
    await Promise.all(lanes);
    person.close();
  });
  return {
    alice,
    people,
    roomId,
    sent,
    acked: () => sent.filter(({ ack }) => ack !== null),
    over: Promise.all(working),
  };
}

/** Everything in the room, read from a server that was started again. */
async function readAll(url: string, person: Person, roomId: string): Promise<Stored[]> {
  const again = Object.assign(new Person(url), { token: person.token });
  const stored: Stored[] = [];
  for (;;) {
    const { status, body } = await again.call('GET', `/api/rooms/${roomId}/events?afterSeq=${stored.length}&limit=500`);
    expect(status).toBe(200);
    stored.push(...(body.events as Stored[]));
    if (body.complete) return stored;
  }
}

function expectDense(stored: readonly Stored[]): void {
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  const keys = stored.flatMap(({ clientMessageId }) => clientMessageId ?? []);
  expect(new Set(keys).size).toBe(keys.length);
}

function expectHeld(stored: readonly Stored[], acked: readonly Sent[]): void {
  const byKey = new Map(stored.map((entry) => [entry.clientMessageId, entry]));
  const lost = acked.filter(({ clientMessageId, content, ack }) => {
    const entry = byKey.get(clientMessageId);
    return entry?.id !== ack?.id || entry?.seq !== ack?.seq || entry?.content !== content;
  });
  expect(lost).toEqual([]);
}

/** Sends again whatever was not acked, as a client does: what was stored must not be stored twice. */
async function retry(url: string, people: readonly Person[], roomId: string, sent: readonly Sent[]): Promise<void> {
  for (const [who, person] of people.entries()) {
    const device = await new Device(url, person.token, { transports: ['websocket'] }).connected();
    const open = sent.filter(({ ack, clientMessageId }) => ack === null && clientMessageId.startsWith(`${who}-`));
    for (const { clientMessageId, content } of open) {
      expect(await device.ask('send_message', { roomId, clientMessageId, content })).toMatchObject({ ok: true });
    }
    device.close();
  }
}

describe('the process, on a SQLite file', () => {
  const start = (directory: string, env: Record<string, string> = {}): Promise<LaunchedServer> =>
    startChild({ DATABASE_URL: `sqlite:${join(directory, 'parley.db')}`, JWT_SECRET, ...env });

  it('answers what it has begun, and exits with 0, when it is asked to stop under load', () =>
    withDirectory(async (directory) => {
      const server = await start(directory);
      const { alice, people, roomId, sent, acked, over } = await underLoad(server.url);
      await until('enough was acked', () => acked().length >= 200, 30_000);
      expect(await server.kill('SIGTERM')).toMatchObject({ code: 0, signal: null });
      await over;
      const again = await start(directory);
      const stored = await readAll(again.url, alice, roomId);
      expectDense(stored);
      expectHeld(stored, acked());
      // A polling client has no connection for a late answer to come over; it sends again, as below.
      expect(sent.filter(({ ack, clientMessageId }) => ack === null && !clientMessageId.startsWith('2-'))).toEqual([]);
      await retry(again.url, people, roomId, sent);
      expectDense(await readAll(again.url, alice, roomId));
      expect(await again.kill('SIGINT')).toMatchObject({ code: 0 });
    }));

  it('keeps accounts, sessions and rooms over a restart, also with a secret that it made up itself', () =>
    withDirectory(async (directory) => {
      const env = { DATABASE_URL: `sqlite:${join(directory, 'data', 'parley.db')}` };
      const first = await startChild(env);
      expect(first.output()).toMatch(/JWT_SECRET is not set/);
      const alice = await Person.register(first.url, 'alice');
      const roomId = await alice.createRoom({ name: 'kept' });
      expect(await first.kill('SIGTERM')).toMatchObject({ code: 0 });
      const second = await startChild(env);
      const again = Object.assign(new Person(second.url), { token: alice.token });
      expect((await again.call('GET', '/api/rooms/mine')).body.rooms).toMatchObject([{ id: roomId, name: 'kept' }]);
      expect(await second.kill('SIGTERM')).toMatchObject({ code: 0 });
      expect(existsSync(join(directory, 'data', 'jwt-secret'))).toBe(true);
    }));

  it('tells those who are connected when to come back, and takes no new connections, while it stops', () =>
    withDirectory(async (directory) => {
      const server = await start(directory);
      const alice = await Person.register(server.url, 'alice');
      const device = await alice.connect({ reconnection: false });
      const ended = server.kill('SIGTERM');
      const { reconnectAfterMs } = await device.hears('draining');
      expect(reconnectAfterMs).toBeGreaterThanOrEqual(0);
      expect(await ended).toMatchObject({ code: 0 });
      await until('the connection is closed', () => !device.socket.connected);
    }));
});

describe('the log', () => {
  it('never holds a password, a token, an invite code or what somebody wrote, at any level, whatever goes wrong', async () => {
    const server = await startChild({ DATABASE_URL: 'memory:', JWT_SECRET, LOG_LEVEL: 'debug' });
    const { url } = server;
    const canary = 'canary-4b1d';
    const alice = await Person.register(url, 'alice');
    const secrets = [alice.password, alice.token, alice.refreshToken, alice.email, canary, JWT_SECRET];
    const roomId = await alice.createRoom({ isPrivate: true, name: `room ${canary}` });
    const { inviteCode } = (await alice.call('GET', `/api/rooms/${roomId}/invite`)).body;
    const { invite } = (await alice.call('POST', `/api/rooms/${roomId}/invites`, {})).body;
    const renewed = await call(url, 'POST', '/api/auth/refresh', { body: { refreshToken: alice.refreshToken } });
    secrets.push(inviteCode, invite.code, renewed.body.token, renewed.body.refreshToken);
    const device = await alice.connect();
    await device.ask('authenticate', { token: renewed.body.token });
    for (const payload of [canary, { roomId, content: canary }, { roomId, content: [canary] }, { [canary]: canary }]) {
      for (const event of Object.keys(contract.clientEvents)) await device.ask(event, payload);
    }
    for (const { method, path } of Object.values(contract.http)) {
      const target = `${path.replaceAll(/\{\w+\}/g, roomId)}?query=${canary}&cursor=${canary}`;
      const options =
        method === 'get' ? {} : { raw: JSON.stringify({ password: canary, content: canary, token: canary }) };
      await call(url, method.toUpperCase(), target, {
        token: path.includes('logout') ? canary : alice.token,
        ...options,
      });
      if (method !== 'get') await call(url, method.toUpperCase(), target, { token: canary, raw: `{"${canary}` });
    }
    await fetch(`${url}/socket.io/?EIO=4&transport=polling&token=${canary}`);
    alice.close();
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 });
    const lines = server.output().trim().split('\n');
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ msg: expect.any(String) });
    for (const secret of secrets) expect(server.output()).not.toContain(secret);
  });
});

describe('the configuration', () => {
  const refused = async (env: Record<string, string>) => {
    const { ended, output } = launch(env);
    return { ...(await ended), output: output() };
  };

  it('that is wrong in many places is refused with one message that names them all', async () => {
    const env = {
      ...{ PORT: 'http', DATABASE_URL: 'postgres://x', JWT_SECRET: 'short', JWT_EXPIRES_IN: 'soon', BCRYPT_COST: '99' },
      ...{ MESSAGE_RATE_LIMIT: 'few', SOCKET_TRANSPORTS: 'pigeon', LOG_LEVEL: 'loud', TRUST_PROXY: 'yes' },
    };
    const { code, output } = await refused(env);
    expect(code).toBe(78);
    for (const name of Object.keys(env)) expect(output).toMatch(new RegExp(`^ +- ${name}(\\.\\d+)?: .+$`, 'm'));
    expect(output).not.toMatch(/\n\s+at /);
    expect(output).not.toContain('postgres://x');
  });

  it.each([
    [{ JWT_SECRET: '' }, 'JWT_SECRET'],
    [{ JWT_SECRET, AUTH_RATE_LIMIT: 'off' }, 'AUTH_RATE_LIMIT'],
    [{ JWT_SECRET, SOCKET_RATE_LIMIT: 'off' }, 'SOCKET_RATE_LIMIT'],
    [{ JWT_SECRET, BCRYPT_COST: '4' }, 'BCRYPT_COST'],
  ])('of production may not be %j', async (env, name) => {
    const { code, output } = await refused({ NODE_ENV: 'production', DATABASE_URL: 'memory:', PORT: '0', ...env });
    expect(code).toBe(78);
    expect(output).toContain(name);
  });

  it('without a place to keep anything is said to keep nothing', async () => {
    const server = await startChild({ DATABASE_URL: 'memory:' });
    expect(server.output()).toMatch(/[Nn]othing is kept/);
    expect(await server.kill('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('that names a database which does not answer ends with a reason, and without the password', async () => {
    const { code, output } = await refused({
      DATABASE_URL: 'mysql://root:canary-password@127.0.0.1:1/parley',
      PORT: '0',
    });
    expect(code).toBe(1);
    expect(output).toMatch(/could not start/);
    expect(output).not.toContain('canary-password');
  });
});
