import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InMemoryRateLimiter } from '../../src/adapters/outbound/memory/in-memory-rate-limiter.ts';
import { ManualClock } from '../../src/adapters/outbound/memory/manual-clock.ts';
import type { RedisLink } from '../../src/adapters/outbound/redis/redis-link.ts';
import { RedisRateLimiter } from '../../src/adapters/outbound/redis/redis-rate-limiter.ts';
import type { RateLimiter, RateRule } from '../../src/application/ports/index.ts';
import { aUuid } from '../support/builders.ts';
import { privateRedis, type PrivateRedis } from '../support/databases/private-redis.ts';
import { redisNodes } from '../support/harness/redis-nodes.ts';
import { until } from '../support/harness/site.ts';
import { rateLimiterContract } from './rate-limiter.contract.ts';

const KEYS_MAX = 1_000;
const RULE: RateRule = { points: 3, durationMs: 60_000 };

let redis: PrivateRedis;
let link: RedisLink;
const nodes = redisNodes();
beforeAll(async () => {
  redis = await privateRedis();
  link = await nodes.link(redis.url);
});
afterAll(async () => {
  await nodes.close();
  await redis.stop();
});

/** The time of Redis passes when every time to live becomes shorter. */
async function passInRedis(ms: number): Promise<void> {
  for (const key of await link.commands.keys('*')) {
    const restMs = (await link.commands.pttl(key)) - ms;
    if (restMs > 0) await link.commands.pexpire(key, restMs);
    else await link.commands.del(key);
  }
}

rateLimiterContract(
  'redis',
  () => {
    const clock = new ManualClock();
    const fallback = new InMemoryRateLimiter({ clock, keysMax: KEYS_MAX });
    return {
      limiter: new RedisRateLimiter({ link, fallback, prefix: `${aUuid()}:` }),
      pass: async (ms) => {
        clock.advance(ms);
        await passInRedis(ms);
      },
      jump: (ms) => clock.set(clock.nowMs() + ms),
      keyCount: () => fallback.keyCount,
      keysMax: KEYS_MAX,
      hasOwnClock: true,
    };
  },
  { isBounded: false },
);

describe('limits of several nodes', () => {
  let [one, other]: RateLimiter[] = [];
  beforeEach(() => {
    const prefix = `${aUuid()}:`;
    const limiter = () =>
      new RedisRateLimiter({ link, prefix, fallback: new InMemoryRateLimiter({ clock: new ManualClock() }) });
    [one, other] = [limiter(), limiter()];
  });
  const both = () => [one, other] as [RateLimiter, RateLimiter];
  const allowed = async (limiter: RateLimiter, times: number) => {
    const verdicts = await Promise.all(Array.from({ length: times }, () => limiter.consume('key', RULE)));
    return verdicts.filter((verdict) => verdict.allowed).length;
  };

  it('are one limit, and a refund on one is a point on the other', async () => {
    const [a, b] = both();
    expect(await allowed(a, 2)).toBe(2);
    expect(await allowed(b, 5)).toBe(1);
    expect(await allowed(a, 5)).toBe(0);
    await a.refund('key', RULE);
    expect(await allowed(b, 5)).toBe(1);
    expect((await Promise.all([allowed(a, 20), allowed(b, 20)])).every((count) => count === 0)).toBe(true);
  });

  it.each(['killed', 'paused'] as const)('hold, and do not hang, when redis is %s', async (how) => {
    const [a, b] = both();
    expect(await allowed(a, 5)).toBe(3);
    const heal = how === 'killed' ? await redis.kill() : redis.pause();
    // From the first call on, before the link has noticed.
    expect(await allowed(a, 5)).toBe(0);
    expect(await allowed(b, 5)).toBe(3);
    await until('it is noticed', () => !link.isUp);
    expect(await allowed(a, 5)).toBe(0);
    await a.refund('key', RULE);
    expect(await allowed(a, 5)).toBe(1);
    await heal();
    await until('it is back', () => link.isUp);
    expect((await a.consume('another key', RULE)).allowed).toBe(true);
  });
});
