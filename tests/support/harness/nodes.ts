import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { createDatabase, type FreshDatabase } from '../databases/fresh-database.ts';
import { privateRedis, type PrivateRedis } from '../databases/private-redis.ts';
import { faultProxy, type FaultProxy } from './fault-proxy.ts';
import { call } from './http.ts';
import { startChild, type LaunchedServer } from './launch.ts';
import type { Device } from './person.ts';
import { Person } from './person.ts';
import { until } from './site.ts';

export const JWT_SECRET = randomBytes(48).toString('base64');

/** Two processes of the product on one database, each with its own link to one Redis. */
export interface TwoNodes {
  readonly a: LaunchedServer;
  readonly b: LaunchedServer;
  readonly redis: PrivateRedis;
  /** The links of the two nodes to Redis. */
  readonly links: readonly [FaultProxy, FaultProxy];
  readonly env: (node: 0 | 1) => Record<string, string>;
  /** A room of some people, of whom each has a device: the first and every second one after it on a, the others on b. */
  room(count: number): Promise<{ roomId: string; people: Person[]; devices: Device[] }>;
  stop(): Promise<void>;
}

export async function startTwoNodes(adminUrl: string, extra: Record<string, string> = {}): Promise<TwoNodes> {
  const [database, redis] = await Promise.all([createDatabase(adminUrl), privateRedis()]);
  const port = Number(new URL(redis.url).port);
  const target = { host: '127.0.0.1', port };
  const links = await Promise.all([faultProxy(target), faultProxy(target)]);
  const env = (node: 0 | 1) => ({
    DATABASE_URL: database.url,
    REDIS_URL: `redis://127.0.0.1:${links[node].port}`,
    JWT_SECRET,
    ...extra,
  });
  const [a, b] = await Promise.all([startChild(env(0)), startChild(env(1))]);
  await until('redis is up for both', async () => (await redisOf(a)) === 'up' && (await redisOf(b)) === 'up');
  const people: Person[] = [];
  return {
    ...{ a, b, redis, links, env },
    async room(count) {
      const members = await Promise.all(
        Array.from({ length: count }, (_, index) => Person.register(index % 2 === 0 ? a.url : b.url)),
      );
      people.push(...members);
      const [owner, ...others] = members as [Person, ...Person[]];
      const roomId = await owner.createRoom();
      for (const other of others) await other.join(roomId);
      const devices = await Promise.all(members.map((person) => person.connect({ transports: ['websocket'] })));
      return { roomId, people: members, devices };
    },
    async stop() {
      for (const person of people) person.close();
      await stopAll({ a, b, redis, links, database });
    },
  };
}

async function stopAll(parts: Pick<TwoNodes, 'a' | 'b' | 'redis' | 'links'> & { database: FreshDatabase }) {
  const { a, b, redis, links, database } = parts;
  const ended = await Promise.all([a.kill('SIGTERM'), b.kill('SIGTERM')]);
  await Promise.all([redis.stop(), database.drop(), ...links.map((link) => link.close())]);
  for (const { code, signal } of ended) if (signal !== 'SIGKILL') expect(code).toBe(0);
}

export async function redisOf(node: LaunchedServer): Promise<string> {
  const { body } = await call(node.url, 'GET', '/ready');
  return body.checks.redis as string;
}

/** The seqs of everything from the room's log that the device has heard, in the order in which it has. */
export function seqsHeard(device: Device, roomId: string): number[] {
  return device.heard
    .filter(({ event, payload }) => ['receive_message', 'room_event'].includes(event) && payload.roomId === roomId)
    .map(({ payload }) => payload.seq as number);
}
