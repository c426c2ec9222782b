import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PUSHED_LISTENERS_MAX } from '../../src/domain/presence/presence.ts';
import type { LiveServer } from '../../src/adapters/wire/live-socket.ts';
import type { NetworkServer } from '../../src/main/lifecycle/network-server.ts';
import { buildContainer } from '../../src/main/build-container.ts';
import { readConfig } from '../../src/main/config/config.ts';
import { resolve } from '../../src/main/di/token.ts';
import { TOKENS } from '../../src/main/di/tokens.ts';
import { Person } from '../support/harness/person.ts';
import { RawSocket } from '../support/harness/raw-socket.ts';
import { until } from '../support/harness/site.ts';

/** More at a time would be refused. */
const REGISTERING = 10;

/** A server that counts how often it writes to its connections. */
async function aCountingServer() {
  const container = buildContainer(
    readConfig({
      ...{ PORT: '0', HOST: '127.0.0.1', DATABASE_URL: 'memory:', LOG_LEVEL: 'silent', BCRYPT_COST: '4' },
      ...{ AUTH_RATE_LIMIT: 'off', CONNECTION_LIMIT: 'off', JWT_SECRET: 'a secret for tests that is long enough' },
    }),
  );
  const server: NetworkServer = await resolve(container, TOKENS.server);
  const io: LiveServer = await resolve(container, TOKENS.io);
  const counted = { writes: 0 };
  io.engine.on('connection', (connection: { on(event: 'flush', listener: () => void): void }) =>
    connection.on('flush', () => (counted.writes += 1)),
  );
  await server.listen();
  const url = `http://127.0.0.1:${(server.http.address() as AddressInfo).port}`;
  return { url, counted, server };
}

describe('a whole room that connects at once', () => {
  let counting: Awaited<ReturnType<typeof aCountingServer>>;
  beforeAll(async () => {
    counting = await aCountingServer();
  });
  afterAll(() => counting.server.drain());

  async function aRoomOf(count: number) {
    const { url } = counting;
    const owner = await Person.register(url);
    const roomId = await owner.createRoom();
    const people = [owner];
    while (people.length < count) {
      const some = Array.from({ length: Math.min(REGISTERING, count - people.length) }, async () => {
        const person = await Person.register(url);
        await person.join(roomId);
        return person;
      });
      people.push(...(await Promise.all(some)));
    }
    return people;
  }

  const statusesOf = (socket: RawSocket) => socket.events.filter(({ event }) => event === 'user_status');
  const isTold = (socket: RawSocket, person: Person) =>
    statusesOf(socket).some(({ payload }) => payload.userId === person.id);

  const connectAll = (people: readonly Person[]) =>
    Promise.all(people.map(({ token }) => RawSocket.connect(counting.url, token)));

  /** All of them, and what it took until one who was there before has heard of those that are to be heard of. */
  async function storm(people: readonly Person[], witness: RawSocket, told = people) {
    const before = counting.counted.writes;
    const sockets = await connectAll(people);
    await until('they are announced', () => told.every((person) => isTold(witness, person)));
    return {
      sockets,
      writes: counting.counted.writes - before,
      packets: sockets.reduce((sum, socket) => sum + statusesOf(socket).length, 0),
    };
  }

  it('is written to a few times for each socket, not once for each pair', async () => {
    const [first, ...others] = await aRoomOf(81);
    const witness = await RawSocket.connect(counting.url, first?.token ?? '');
    const { sockets, writes } = await storm(others, witness);
    // Two writes for each handshake and a few rounds; one for each pair would be 3,240.
    expect(writes).toBeLessThan(others.length * 10);
    for (const socket of [witness, ...sockets]) await socket.close();
  });

  it('hears in a large room only of those that it watches', async () => {
    const people = await aRoomOf(PUSHED_LISTENERS_MAX + 42);
    const [witness, ...crowd] = await connectAll(people.slice(0, PUSHED_LISTENERS_MAX + 1));
    if (!witness) throw new Error('A crowd needs somebody.');
    const late = people.slice(crowd.length + 1);
    const watched = late.slice(0, 3);
    const ids = JSON.stringify({ userIds: watched.map(({ id }) => id) });
    expect(await witness.ask('watch_presence', ids)).toEqual({ ok: true, data: {} });
    const { sockets, packets } = await storm(late, witness, watched);
    expect(late.filter((person) => isTold(witness, person))).toEqual(watched);
    expect(packets).toBe(0);
    expect(crowd.filter((socket) => late.some((person) => isTold(socket, person)))).toEqual([]);
    for (const socket of [witness, ...crowd, ...sockets]) await socket.close();
  });
});
