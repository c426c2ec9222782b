import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InMemoryLogger } from '../../src/adapters/outbound/memory/in-memory-logger.ts';
import { InMemoryPresenceRegistry } from '../../src/adapters/outbound/memory/in-memory-presence-registry.ts';
import type { RedisLink } from '../../src/adapters/outbound/redis/redis-link.ts';
import { RedisPresenceRegistry } from '../../src/adapters/outbound/redis/redis-presence-registry.ts';
import { SystemClock } from '../../src/adapters/outbound/system/system-clock.ts';
import { SystemScheduler } from '../../src/adapters/outbound/system/system-scheduler.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aUserId, aUuid } from '../support/builders.ts';
import { privateRedis, type PrivateRedis } from '../support/databases/private-redis.ts';
import { faultProxy } from '../support/harness/fault-proxy.ts';
import { redisNodes } from '../support/harness/redis-nodes.ts';
import { until } from '../support/harness/site.ts';
import { presenceRegistryContract, type PresenceHarness } from './presence-registry.contract.ts';

/** Of all nodes the same time passes quickly. */
const QUICK = { beatMs: 50, leaseMs: 1_500 };

function presenceOf(link: RedisLink, prefix: string, nodeId = aUuid()): RedisPresenceRegistry {
  const logger = new InMemoryLogger();
  const local = new InMemoryPresenceRegistry({ clock: new SystemClock() });
  const scheduler = new SystemScheduler({ logger });
  return new RedisPresenceRegistry({ link, local, nodeId, prefix, scheduler, logger, ...QUICK });
}

for (const cluster of [false, true]) {
  presenceRegistryContract(cluster ? 'a redis cluster' : 'redis', async () => {
    const redis = await privateRedis({ cluster });
    const nodes = redisNodes();
    const link = await nodes.link(cluster ? `${redis.url},${redis.url}` : redis.url);
    const harness: PresenceHarness = {
      registry: presenceOf(link, `${aUuid()}:`),
      reset: async () => {
        await harness.registry.close();
        harness.registry = presenceOf(link, `${aUuid()}:`);
      },
      close: async () => {
        await harness.registry.close();
        await nodes.close();
        await redis.stop();
      },
    };
    return harness;
  });
}

describe('presence over several nodes', () => {
  let redis: PrivateRedis;
  const nodes = redisNodes();
  const registries: RedisPresenceRegistry[] = [];
  beforeAll(async () => {
    redis = await privateRedis();
  });
  afterEach(() => Promise.all(registries.splice(0).map((registry) => registry.close())));
  afterAll(async () => {
    await nodes.close();
    await redis.stop();
  });
  async function aNode(prefix: string, url = redis.url) {
    const link = await nodes.link(url);
    const registry = presenceOf(link, prefix);
    registries.push(registry);
    const edges: string[] = [];
    const leftAt: (number | null)[] = [];
    registry.watch(({ userId, status, leftAtMs }) => {
      edges.push(`${userId} ${status}`);
      leftAt.push(leftAtMs);
    });
    return { link, registry, edges, leftAt };
  }
  const isOnline = async (registry: RedisPresenceRegistry, user: UserId) =>
    (await registry.onlineAmong([user])).has(user);

  it('takes devices on several nodes for one person', async () => {
    const prefix = `${aUuid()}:`;
    const [a, b] = [await aNode(prefix), await aNode(prefix)];
    const ann = aUserId();
    expect(await a.registry.connected(ann, 'phone')).toBe('online');
    expect(await b.registry.connected(ann, 'laptop')).toBeNull();
    expect(await a.registry.disconnected(ann, 'phone')).toBeNull();
    expect(await isOnline(a.registry, ann)).toBe(true);
    expect(await b.registry.disconnected(ann, 'laptop')).toBe('offline');
    expect(await isOnline(a.registry, ann)).toBe(false);
  });

  it('has one edge when devices come and go on two nodes at a time', async () => {
    const prefix = `${aUuid()}:`;
    const [a, b] = [await aNode(prefix), await aNode(prefix)];
    for (const user of Array.from({ length: 20 }, aUserId)) {
      const came = await Promise.all([a.registry.connected(user, 'phone'), b.registry.connected(user, 'laptop')]);
      const went = await Promise.all([a.registry.disconnected(user, 'phone'), b.registry.disconnected(user, 'laptop')]);
      expect([came, went].map((edges) => edges.filter((edge) => edge !== null))).toEqual([['online'], ['offline']]);
    }
  });

  it('takes the users of a dead node off, but not those who are elsewhere too', async () => {
    const prefix = `${aUuid()}:`;
    const [a, b, dying] = [await aNode(prefix), await aNode(prefix), await aNode(prefix)];
    const [ann, bob] = [aUserId(), aUserId()];
    const startedMs = Date.now();
    for (const user of [ann, bob]) await dying.registry.connected(user, 'phone');
    await a.registry.connected(bob, 'laptop');
    await dying.registry.close();
    await until('ann is gone', async () => !(await isOnline(a.registry, ann)));
    await until('somebody says so', () => a.edges.length + b.edges.length > 0);
    expect(await isOnline(b.registry, bob)).toBe(true);
    expect([...a.edges, ...b.edges]).toEqual([`${ann} offline`]);
    const [leftAtMs] = [...a.leftAt, ...b.leftAt];
    expect(leftAtMs).toBeGreaterThanOrEqual(startedMs - 5);
    expect(leftAtMs).toBeLessThanOrEqual(Date.now());
  });

  it('counts who goes from a node that is stopping until its lease ends', async () => {
    const prefix = `${aUuid()}:`;
    const [a, stopping] = [await aNode(prefix), await aNode(prefix)];
    const [ann, bob] = [aUserId(), aUserId()];
    for (const user of [ann, bob]) await stopping.registry.connected(user, 'phone');
    stopping.registry.linger();
    for (const user of [ann, bob]) expect(await stopping.registry.disconnected(user, 'phone')).toBeNull();
    await stopping.registry.close();
    expect(await isOnline(a.registry, ann)).toBe(true);
    expect(await a.registry.connected(bob, 'phone again')).toBeNull();
    await until('ann did not come back', () => a.edges.length > 0);
    expect(a.edges).toEqual([`${ann} offline`]);
  });

  it('answers for itself while redis is away, and makes it good afterwards', async () => {
    const prefix = `${aUuid()}:`;
    const [a, b] = [await aNode(prefix), await aNode(prefix)];
    const [stays, comes, goes] = [aUserId(), aUserId(), aUserId()];
    for (const user of [stays, goes]) await a.registry.connected(user, 'phone');
    // Killed without a copy on disk: it comes back knowing nobody.
    const heal = await redis.kill();
    await until('both have noticed', () => !a.link.isUp && !b.link.isUp);
    expect(await a.registry.connected(comes, 'phone')).toBe('online');
    expect(await a.registry.disconnected(goes, 'phone')).toBe('offline');
    expect(await a.registry.onlineAmong([stays, comes, goes])).toEqual(new Set([stays, comes]));
    await heal();
    const seen = () => b.registry.onlineAmong([stays, comes, goes]);
    await until('b sees them', async () => (await seen()).size === 2);
    expect(await seen()).toEqual(new Set([stays, comes]));
    await until('it is said', () => a.edges.length > 0);
    expect([...a.edges, ...b.edges]).toEqual([`${comes} online`]);
  });

  it('answers for itself what is under way when redis dies', async () => {
    const { registry, link } = await aNode(`${aUuid()}:`);
    const users = Array.from({ length: 50 }, aUserId);
    for (const user of users.slice(25)) await registry.connected(user, 'phone');
    // It takes the commands, and dies before it answers.
    redis.pause();
    const answers = users.map((user, index) => registry[index < 25 ? 'connected' : 'disconnected'](user, 'phone'));
    const heal = await redis.kill();
    expect(await Promise.all(answers)).toEqual(users.map((_, index) => (index < 25 ? 'online' : 'offline')));
    await heal();
    await until('it is back', () => link.isUp);
  });

  it('lets nobody flap when the nodes were all cut off for longer than a lease', async () => {
    const prefix = `${aUuid()}:`;
    const target = { host: '127.0.0.1', port: Number(new URL(redis.url).port) };
    const proxies = [await faultProxy(target), await faultProxy(target)];
    const [a, b] = await Promise.all(proxies.map(({ port }) => aNode(prefix, `redis://127.0.0.1:${port}`)));
    if (!a || !b) throw new Error('There are two nodes.');
    const [ann, bob] = [aUserId(), aUserId()];
    await a.registry.connected(ann, 'phone');
    await b.registry.connected(bob, 'phone');
    for (const proxy of proxies) proxy.cut();
    await until('both have noticed', () => !a.link.isUp && !b.link.isUp);
    await new Promise((resolve) => setTimeout(resolve, 2 * QUICK.leaseMs));
    // One is back first, and finds the lease of the other ended.
    proxies[0]?.heal();
    await until('one is back', () => a.link.isUp);
    await new Promise((resolve) => setTimeout(resolve, 2 * QUICK.beatMs));
    proxies[1]?.heal();
    await until('the other is back', () => b.link.isUp);
    await new Promise((resolve) => setTimeout(resolve, 3 * QUICK.leaseMs));
    expect(await a.registry.onlineAmong([ann, bob])).toEqual(new Set([ann, bob]));
    expect([...a.edges, ...b.edges]).toEqual([]);
    for (const proxy of proxies) await proxy.close();
  });

  it('hears of a node that was taken for dead and is not', async () => {
    const prefix = `${aUuid()}:`;
    const [a, b] = [await aNode(prefix), await aNode(prefix)];
    const ann = aUserId();
    await a.registry.connected(ann, 'phone');
    const { commands } = a.link;
    const beat = commands.eval.bind(commands);
    // Its beats do not arrive for a while.
    commands.eval = () => Promise.reject(new Error('lost'));
    await until('b says that ann is gone', () => b.edges.includes(`${ann} offline`));
    commands.eval = beat;
    await until('a says that ann is there', () => a.edges.includes(`${ann} online`));
    expect(await isOnline(b.registry, ann)).toBe(true);
  });
});
