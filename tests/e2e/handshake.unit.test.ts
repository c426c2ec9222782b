import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/domain/session/session.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { buildContainer } from '../../src/main/build-container.ts';
import { readConfig } from '../../src/main/config/config.ts';
import { resolve } from '../../src/main/di/token.ts';
import { TOKENS } from '../../src/main/di/tokens.ts';
import { Device, Person } from '../support/harness/person.ts';
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
  const byId = sessions.byId.bind(sessions);
  const roomIdsOf = members.roomIdsOf.bind(members);
  const state = { gate: null as Promise<void> | null, roomsGate: null as Promise<void> | null, asked: 0, listed: 0 };
  sessions.byId = async (id) => {
    const session = await byId(id);
    state.asked += 1;
    await state.gate;
    return session;
  };
  members.roomIdsOf = async (userId) => {
    const roomIds = await roomIdsOf(userId);
    state.listed += 1;
    await state.roomsGate;
    return roomIds;
  };
  const server = await resolve(container, TOKENS.server);
  await server.listen();
  const url = `http://127.0.0.1:${(server.http.address() as AddressInfo).port}`;
  return { url, state, server, endSession: await resolve(container, TOKENS.endSession) };
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
