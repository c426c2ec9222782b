import { beforeEach, describe, expect, it } from 'vitest';
import type { RateLimiter, RateRule } from '../../src/application/ports/index.ts';

export interface RateLimiterHarness {
  readonly limiter: RateLimiter;
  /** Lets time pass, for clocks and timers alike. */
  pass(ms: number): Promise<void>;
  /** Lets the wall clock jump; timers do not follow. */
  jump(ms: number): void;
  /** How many keys the limiter holds. */
  keyCount(): number;
  /** How many it will hold at most. */
  readonly keysMax: number;
  /** The limiter goes by a clock of its own, and counts the time that the test itself takes too. */
  readonly hasOwnClock?: boolean;
}

const RULE: RateRule = { points: 3, durationMs: 10_000 };

/** `isBounded`: the limiter itself keeps the number of keys in bounds, and not the store that it counts in. */
export function rateLimiterContract(
  adapter: string,
  open: () => RateLimiterHarness,
  { isBounded = true }: { readonly isBounded?: boolean } = {},
): void {
  describe(`RateLimiter contract: ${adapter}`, () => {
    let h: RateLimiterHarness;
    beforeEach(() => {
      h = open();
    });
    const allowed = async (key: string, times: number, rule = RULE): Promise<number> => {
      let count = 0;
      for (let use = 0; use < times; use += 1) if ((await h.limiter.consume(key, rule)).allowed) count += 1;
      return count;
    };

    it('allows as many uses as there are points, and no more', async () => {
      expect(await allowed('key', 10)).toBe(3);
    });

    it('allows as many of parallel uses as there are points', async () => {
      const verdicts = await Promise.all(Array.from({ length: 50 }, () => h.limiter.consume('key', RULE)));
      expect(verdicts.map((verdict) => verdict.allowed)).toEqual(verdicts.map((_, index) => index < 3));
    });

    it('says when trying again helps: not before, and at that time', async () => {
      await allowed('key', 1);
      await h.pass(4_000);
      await allowed('key', 2);
      const { allowed: third, retryAfterMs } = await h.limiter.consume('key', RULE);
      const slackMs = h.hasOwnClock ? 1_000 : 0;
      expect(third).toBe(false);
      expect(retryAfterMs).toBeLessThanOrEqual(6_000);
      expect(retryAfterMs).toBeGreaterThanOrEqual(6_000 - slackMs);
      await h.pass(retryAfterMs - 1 - slackMs);
      const { allowed: early, retryAfterMs: restMs } = await h.limiter.consume('key', RULE);
      expect(early).toBe(false);
      expect(restMs).toBeLessThanOrEqual(1 + slackMs);
      await h.pass(1 + slackMs);
      expect(await h.limiter.consume('key', RULE)).toEqual({ allowed: true, retryAfterMs: 0 });
    });

    it('keeps to the millisecond a window that is no whole number of seconds', async () => {
      const rule = { points: 1, durationMs: 1_501 };
      const slackMs = h.hasOwnClock ? 400 : 0;
      expect(await allowed('key', 2, rule)).toBe(1);
      await h.pass(1_500 - slackMs);
      expect(await allowed('key', 1, rule)).toBe(0);
      await h.pass(1 + slackMs);
      expect(await allowed('key', 2, rule)).toBe(1);
    });

    it('charges nothing for refused attempts: all points are free again, however often one tried', async () => {
      expect(await allowed('key', 3)).toBe(3);
      const lastMs = h.hasOwnClock ? 5_000 : 9_999;
      for (let ms = 0; ms < lastMs; ms += 101) {
        await h.pass(ms + 101 > lastMs ? lastMs - ms : 101);
        expect(await allowed('key', 20)).toBe(0);
      }
      await h.pass(10_000 - lastMs);
      expect(await allowed('key', 20)).toBe(3);
    });

    it('counts keys apart, and one key apart under each rule', async () => {
      expect(await allowed('one', 5)).toBe(3);
      expect(await allowed('two', 5)).toBe(3);
      expect(await allowed('one', 5, { points: 3, durationMs: 10_001 })).toBe(3);
      expect(await allowed('one', 5, { points: 2, durationMs: 10_000 })).toBe(2);
      expect(await allowed('one', 1, { ...RULE })).toBe(0);
    });

    it.each(['', '__proto__', 'constructor', 'a:b', '🔑', '\u0000', 'k'.repeat(10_000_000)])(
      'takes any key: %.20j',
      async (key) => {
        expect(await allowed(key, 5)).toBe(3);
        expect(await allowed(`${key}x`, 5)).toBe(3);
      },
    );

    oddRules(() => h, allowed);
    refunds(() => h, allowed);
    release(() => h, allowed);
    if (isBounded) bounds(() => h, allowed);
    jumps(() => h, allowed);
  });
}

type Allowed = (key: string, times: number, rule?: RateRule) => Promise<number>;

function oddRules(h: () => RateLimiterHarness, allowed: Allowed): void {
  it.each([
    ['no points', { points: 0, durationMs: 1_000 }, 0],
    ['fewer than none', { points: -1, durationMs: 1_000 }, 0],
    ['no number of points', { points: Number.NaN, durationMs: 1_000 }, 0],
    ['half a point', { points: 0.5, durationMs: 1_000 }, 0],
    ['one and a half', { points: 1.5, durationMs: 1_000 }, 1],
    ['no duration', { points: 1, durationMs: 0 }, 5],
    ['a year', { points: 1, durationMs: 365 * 86_400_000 }, 1],
    ['no end of points', { points: Number.POSITIVE_INFINITY, durationMs: 1_000 }, 5],
  ])('makes sense of a rule with %s', async (_what, rule, expected) => {
    expect(await allowed('key', 5, rule)).toBe(expected);
    // A timer of a year must not have rung at once.
    await h().pass(100);
    if (expected < 5) expect(await allowed('key', 5, rule)).toBe(0);
  });
}

function refunds(h: () => RateLimiterHarness, allowed: Allowed): void {
  it('gives one point back, also after refused attempts', async () => {
    await allowed('key', 50);
    await h().limiter.refund('key', RULE);
    expect(await allowed('key', 50)).toBe(1);
    await h().limiter.refund('key', RULE);
    await h().limiter.refund('key', RULE);
    expect(await allowed('key', 50)).toBe(2);
  });

  it('never goes above the points, one refund after another or all at once', async () => {
    await h().limiter.refund('key', RULE);
    expect(await allowed('key', 50)).toBe(3);
    for (let count = 0; count < 10; count += 1) await h().limiter.refund('key', RULE);
    expect(await allowed('key', 50)).toBe(3);
    await Promise.all(Array.from({ length: 10 }, () => h().limiter.refund('key', RULE)));
    expect(await allowed('key', 50)).toBe(3);
  });

  it('gives nothing back for a window that has ended', async () => {
    await allowed('key', 3);
    await h().pass(10_000);
    await h().limiter.refund('key', RULE);
    expect(await allowed('key', 50)).toBe(3);
  });

  it('does not move the end of the window', async () => {
    await allowed('key', 3);
    await h().pass(9_000);
    await h().limiter.refund('key', RULE);
    expect(await allowed('key', 2)).toBe(1);
    await h().pass(1_000);
    expect(await allowed('key', 50)).toBe(3);
  });

  it('refunds the given key under the given rule only', async () => {
    const other = { points: 1, durationMs: 10_000 };
    await allowed('key', 3);
    await allowed('key', 1, other);
    await h().limiter.refund('key', other);
    await h().limiter.refund('neighbour', RULE);
    expect(await allowed('key', 5)).toBe(0);
    expect(await allowed('key', 5, other)).toBe(1);
  });
}

function release(h: () => RateLimiterHarness, allowed: Allowed): void {
  it('releases the state of idle keys', async () => {
    for (let key = 0; key < 50; key += 1) await allowed(`key ${key}`, 5, { points: 1, durationMs: 1_000 + key });
    expect(h().keyCount()).toBe(50);
    await h().pass(60_000);
    await allowed('one more', 1);
    expect(h().keyCount()).toBe(1);
  });

  it('keeps the state of a key that is in use', async () => {
    const slackMs = h().hasOwnClock ? 1_000 : 0;
    for (let ms = 0; ms < 60_000; ms += 10_000) {
      expect(await allowed('key', 5)).toBe(3);
      await h().pass(9_999 - slackMs);
      expect(await allowed('key', 5)).toBe(0);
      await h().pass(1 + slackMs);
    }
    expect(h().keyCount()).toBeLessThanOrEqual(1);
  });
}

function bounds(h: () => RateLimiterHarness, allowed: Allowed): void {
  it('holds a bounded number of keys, and at the bound forgets the oldest rather than refuse a new one', async () => {
    const flood = h().keysMax;
    await allowed('victim', 3);
    for (let key = 0; key < flood - 1; key += 1) expect(await allowed(`invented ${key}`, 1)).toBe(1);
    expect(await allowed('victim', 1)).toBe(0);
    for (let key = 0; key < flood; key += 1) expect(await allowed(`more ${key}`, 1)).toBe(1);
    expect(h().keyCount()).toBeLessThanOrEqual(flood);
    expect(await allowed('victim', 5)).toBe(3);
    expect(await allowed(`more ${flood - 1}`, 5)).toBe(2);
  });

  it('takes the age of a key from its present window, not from an earlier one', async () => {
    const rule = { points: 3, durationMs: 5_000 };
    await allowed('again', 1, rule);
    await allowed('other', 1, rule);
    await h().pass(5_000);
    await allowed('again', 3, rule);
    for (let key = 0; key < h().keysMax - 1; key += 1) await allowed(`new ${key}`, 1, rule);
    expect(await allowed('again', 1, rule)).toBe(0);
  });
}

function jumps(h: () => RateLimiterHarness, allowed: Allowed): void {
  it('makes nobody wait longer than one window when the wall clock is put back', async () => {
    await allowed('key', 3);
    h().jump(-86_400_000);
    const { allowed: more, retryAfterMs } = await h().limiter.consume('key', RULE);
    expect(more).toBe(false);
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(10_000);
    await h().pass(10_000);
    expect(await allowed('key', 5)).toBe(3);
  });

  it('goes on when the wall clock is put forward', async () => {
    await allowed('key', 3);
    h().jump(86_400_000);
    expect(await allowed('key', 5)).toBe(h().hasOwnClock ? 0 : 3);
    expect(await allowed('key', 5)).toBe(0);
  });
}
