import { hash } from 'node:crypto';
import type { RateLimiter, RateRule, RateVerdict } from '../../../application/ports/index.ts';
import type { RedisLink } from './redis-link.ts';

/** Longer ones are hashed: whoever types a key does not choose how much memory it takes. */
const KEY_CHARS_MAX = 128;
/** What Redis takes for a time to live, and a script of it for a number. */
const DURATION_MS_MAX = 2 ** 31 - 1;
const POINTS_MAX = 2 ** 31 - 1;
const ALLOWED: RateVerdict = Object.freeze({ allowed: true, retryAfterMs: 0 });

/** Counts a use and answers 0, or counts nothing and answers how many milliseconds the window still lasts. */
const CONSUME = `
  local used = tonumber(redis.call('GET', KEYS[1]) or '0')
  if used == 0 then redis.call('SET', KEYS[1], 1, 'PX', ARGV[2]) return 0 end
  if used < tonumber(ARGV[1]) then redis.call('INCR', KEYS[1]) return 0 end
  return math.max(1, redis.call('PTTL', KEYS[1]))`;

/** Gives a use back while its window lasts. A window without a use is none. */
const REFUND = `
  local used = tonumber(redis.call('GET', KEYS[1]) or '0')
  if used > 1 then return redis.call('DECR', KEYS[1]) end
  return redis.call('DEL', KEYS[1])`;

interface RedisRateLimiterDeps {
  readonly link: RedisLink;
  /** In the memory of this node; holds while Redis is away. */
  readonly fallback: RateLimiter;
  /** Set before all keys. */
  readonly prefix: string;
}

/**
 * Fixed windows in Redis, which all nodes count in. What is allowed here is counted in the memory of this node too, so
 * that an outage of Redis gives nobody who stays on this node a fresh budget.
 */
export class RedisRateLimiter implements RateLimiter {
  readonly #deps: RedisRateLimiterDeps;

  constructor(deps: RedisRateLimiterDeps) {
    this.#deps = deps;
  }

  async consume(key: string, rule: RateRule): Promise<RateVerdict> {
    const { link, fallback } = this.#deps;
    const here = await fallback.consume(key, rule);
    if (!link.isUp || !(rule.points >= 1) || !(rule.durationMs > 0)) return here;
    const waitMs = await this.#count(CONSUME, key, rule);
    if (waitMs === null) return here;
    if (waitMs === 0) return ALLOWED;
    if (here.allowed) await fallback.refund(key, rule);
    return { allowed: false, retryAfterMs: waitMs };
  }

  async refund(key: string, rule: RateRule): Promise<void> {
    await this.#deps.fallback.refund(key, rule);
    if (this.#deps.link.isUp) await this.#count(REFUND, key, rule);
  }

  /** Null when Redis did not answer in time. */
  async #count(script: string, key: string, rule: RateRule): Promise<number | null> {
    const points = Math.min(Math.floor(rule.points), POINTS_MAX);
    const durationMs = Math.min(Math.ceil(rule.durationMs), DURATION_MS_MAX);
    try {
      return (await this.#deps.link.commands.eval(script, 1, this.#keyOf(key, rule), points, durationMs)) as number;
    } catch {
      return null;
    }
  }

  /** Each rule has its own windows, also for a key that another rule counts too. */
  #keyOf(key: string, rule: RateRule): string {
    const name = key.length > KEY_CHARS_MAX ? hash('sha256', key, 'hex') : key;
    return `${this.#deps.prefix}limit:${rule.points}/${rule.durationMs}:${name}`;
  }
}
