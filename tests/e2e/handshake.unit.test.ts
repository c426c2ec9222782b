import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SessionId } from '../../src/domain/session/session.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { buildContainer } from '../../src/main/build-container.ts';
import { readConfig } from '../../src/main/config/config.ts';
import { resolve } from '../../src/main/di/token.ts';
import { TOKENS } from '../../src/main/di/tokens.ts';
import { Device, Person } from '../support/harness/person.ts';
import { RawSocket } from '../support/harness/raw-socket.ts';
import { until } from '../support/harness/site.ts';

/** A server whose next reading of a session can be kept on its way, as by a slow database. */
async function aSlowServer() {
  const container = buildContainer(
    readConfig({
      ...{ PORT: '0', HOST: '127.0.0.1', DATABASE_URL: 'memory:', LOG_LEVEL: 'silent', BCRYPT_COST: '4' },
      JWT_SECRET: 'a secret for tests that is long enough',
    }),
  );
  const { sessions, members } = await resolve(container, TOKENS.persistence);
  const liveAmong = sessions.liveAmong.bind(sessions);
  const roomIdsOfEach = members.roomIdsOfEach.bind(members);
  const state = { gate: null as Promise<void> | null, roomsGate: null as Promise<void> | null, asked: 0, listed: 0 };
  sessions.liveAmong = async (ids, nowMs) => {
    const live = await liveAmong(ids, nowMs);
    state.asked += 1;
    await state.gate;
    return live;
  };
  members.roomIdsOfEach = async (userIds) => {
    const lists = await roomIdsOfEach(userIds);
    state.listed += 1;
    await state.roomsGate;
    return lists;
  };
  const server = await resolve(container, TOKENS.server);
  await server.listen();
  const url = `http://127.0.0.1:${(server.http.address() as AddressInfo).port}`;
  const [admission, endSession] = [
    await resolve(container, TOKENS.admission),
    await resolve(container, TOKENS.endSession),
  ];
  return { url, state, server, container, admission, endSession };
}

describe('a socket that is being opened', () => {
  let slow: Awaited<ReturnType<typeof aSlowServer>>;
  beforeAll(async () => {
    slow = await aSlowServer();
  });
  afterAll(() => slow.server.drain());

  it('is told that it is connected once it is in its rooms, and hears everything from there on', async () => {
    const { url, state } = slow;
    const [alice, bob] = [await Person.register(url, 'alice'), await Person.register(url, 'bob')];
    const roomId = await alice.createRoom();
    await bob.join(roomId);
    const a = await alice.connect();
    let release = () => {};
    state.roomsGate = new Promise((done) => (release = done));
    const before = state.listed;
    const device = new Device(url, bob.token, { transports: ['websocket'] });
    await until('the rooms are being read', () => state.listed > before);
    await a.ask('send_message', { roomId, content: 'too early' });
    expect(device.socket.connected).toBe(false);
    state.roomsGate = null;
    release();
    await device.connected();
    // Nothing was asked on the new connection.
    await a.ask('send_message', { roomId, content: 'in time' });
    expect(await device.hears('receive_message')).toMatchObject({ content: 'in time' });
    device.close();
    for (const person of [alice, bob]) person.close();
  });
});

describe('a session that ends while a socket is being opened', () => {
  let slow: Awaited<ReturnType<typeof aSlowServer>>;
  beforeAll(async () => {
    slow = await aSlowServer();
  });
  afterAll(() => slow.server.drain());

  it('takes the socket with it, also when the handshake had read the session before', async () => {
    const { url, state, endSession } = slow;
    const alice = await Person.register(url, 'alice');
    let release = () => {};
    state.gate = new Promise((done) => (release = done));
    const before = state.asked;
    const device = new Device(url, alice.token, { reconnection: false, transports: ['websocket'] });
    await until('the handshake has read the session', () => state.asked > before);
    await endSession.execute({
      which: 'all',
      userId: alice.id as UserId,
      callerSessionId: '' as SessionId,
      address: '192.0.2.1',
    });
    state.gate = null;
    release();
    await new Promise<void>((done) => {
      device.socket.once('connect_error', () => done());
      device.socket.once('disconnect', () => done());
    });
    expect(device.socket.connected).toBe(false);
  });
});

describe('many sockets that are opened at once', () => {
  let slow: Awaited<ReturnType<typeof aSlowServer>>;
  beforeAll(async () => {
    slow = await aSlowServer();
  });
  afterAll(() => slow.server.drain());

  it('are read for together: a few queries for all of them', async () => {
    const { url, state } = slow;
    const people: Person[] = [];
    for (let count = 0; count < 60; count += 1) people.push(await Person.register(url));
    let release = () => {};
    state.gate = new Promise((done) => (release = done));
    const before = { ...state };
    const connecting = Promise.all(people.map(({ token }) => RawSocket.connect(url, token)));
    const io = await resolve(slow.container, TOKENS.io);
    await until('all of them are there', () => io.engine.clientsCount === people.length);
    state.gate = null;
    release();
    for (const socket of await connecting) await socket.close();
    expect(state.asked - before.asked).toBeLessThan(12);
    expect(state.listed - before.listed).toBeLessThan(12);
  });
});

describe('a server with as many handshakes as it takes', () => {
  let slow: Awaited<ReturnType<typeof aSlowServer>>;
  beforeAll(async () => {
    slow = await aSlowServer();
  });
  afterAll(() => slow.server.drain());

  /** Takes every place at work and in the queue, until it is told to let go. */
  async function fill() {
    let release = () => {};
    const gate = new Promise<void>((done) => (release = done));
    const work: Promise<void>[] = [];
    for (;;) {
      const place = slow.admission.run(() => gate);
      const refused = await Promise.race([place.then(() => false), tick(false)]).catch(() => true);
      if (refused) break;
      work.push(place);
    }
    return async () => {
      release();
      await Promise.all(work);
    };
  }

  it('tells a client that comes back by itself when to do so, on a connection that goes on', async () => {
    const alice = await Person.register(slow.url, 'alice');
    const release = await fill();
    const socket = new WebSocket(`${slow.url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString()));
    const ask = async (auth: object) => {
      heard.length = 0;
      socket.send(`40${JSON.stringify(auth)}`);
      await until('it is answered', () => heard.some((text) => text.startsWith('4')));
      return heard.find((text) => text.startsWith('4')) ?? '';
    };
    await once(socket, 'open');
    const refusal = await ask({ token: alice.token, retries: true });
    expect(refusal).toMatch(/^44/);
    const { data } = JSON.parse(refusal.slice(2)) as { data: { code: string; retryAfterMs: number } };
    expect(data).toMatchObject({ code: 'OVERLOADED' });
    expect(data.retryAfterMs).toBeGreaterThanOrEqual(1_000);
    expect(data.retryAfterMs).toBeLessThanOrEqual(4_000);
    await release();
    expect(await ask({ token: alice.token, retries: true })).toMatch(/^40/);
    socket.close();
  });

  it('loses the connection of an ordinary client, which is in as soon as there is room', async () => {
    const bob = await Person.register(slow.url, 'bob');
    const release = await fill();
    const device = new Device(slow.url, bob.token, {
      ...{ transports: ['websocket'], reconnectionDelay: 20, reconnectionDelayMax: 50 },
    });
    let attempts = 0;
    device.socket.io.on('reconnect_attempt', () => (attempts += 1));
    await until('it has tried again', () => attempts > 2);
    expect(device.socket.connected).toBe(false);
    expect(device.socket.active).toBe(true);
    await release();
    await device.connected();
    device.close();
  });
});

const tick = <T>(value: T) => new Promise<T>((resolve) => setImmediate(() => resolve(value)));
