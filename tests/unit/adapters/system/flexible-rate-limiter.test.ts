import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FlexibleRateLimiter } from '../../../../src/adapters/outbound/limits/flexible-rate-limiter.ts';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { SystemScheduler } from '../../../../src/adapters/outbound/system/system-scheduler.ts';

describe('FlexibleRateLimiter', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const open = (keysMax?: number) =>
    new FlexibleRateLimiter({
      scheduler: new SystemScheduler({ logger: new InMemoryLogger() }),
      ...(keysMax === undefined ? {} : { keysMax }),
    });
  const messages = { points: 5, durationMs: 10_000 };
  const logins = { points: 5, durationMs: 900_000 };

  it('holds no timer and no key when everybody has gone', async () => {
    const limiter = open();
    for (let key = 0; key < 100; key += 1) await limiter.consume(`key ${key}`, key % 2 === 0 ? messages : logins);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(3 * 900_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(limiter.keyCount).toBe(0);
  });

  it('lets a flood under one rule push out keys of that rule only', async () => {
    const limiter = open(1_000);
    for (let use = 0; use < 5; use += 1) await limiter.consume('alice in the hall', messages);
    for (let key = 0; key < 5_000; key += 1) await limiter.consume(`invented ${key}`, logins);
    expect(limiter.keyCount).toBe(1_000);
    expect((await limiter.consume('alice in the hall', messages)).allowed).toBe(false);
  });

  it('forgets a key whose window has ended before one that still counts', async () => {
    const limiter = open(4);
    const allowed = async (key: string) => (await limiter.consume(key, { points: 1, durationMs: 10_000 })).allowed;
    await allowed('ended');
    await vi.advanceTimersByTimeAsync(9_000);
    for (const key of ['one', 'two', 'three']) await allowed(key);
    await vi.advanceTimersByTimeAsync(2_000);
    await allowed('four');
    for (const key of ['one', 'two', 'three', 'four']) expect(await allowed(key), key).toBe(false);
  });

  it('does not let a forgotten key take its later self along', async () => {
    const limiter = open(3);
    const rule = { points: 1, durationMs: 10_000 };
    await limiter.consume('again', rule);
    await limiter.consume('other', rule);
    await vi.advanceTimersByTimeAsync(10_000);
    await limiter.consume('again', rule);
    await limiter.consume('new', rule);
    await limiter.consume('newest', rule);
    expect((await limiter.consume('again', rule)).allowed).toBe(false);
  });

  it('keeps a window in time although its timer is late', async () => {
    const limiter = open();
    for (let use = 0; use < 5; use += 1) await limiter.consume('key', messages);
    // The loop was blocked: the clock has moved on, and no timer has run yet.
    vi.setSystemTime(Date.now() + 10_000);
    for (let refund = 0; refund < 3; refund += 1) await limiter.refund('key', messages);
    const verdicts = [];
    for (let use = 0; use < 7; use += 1) verdicts.push((await limiter.consume('key', messages)).allowed);
    expect(verdicts).toEqual([true, true, true, true, true, false, false]);
  });

  it('counts rightly when uses, refusals and refunds happen in one turn', async () => {
    const limiter = open();
    const rule = { points: 2, durationMs: 10_000 };
    const use = () => limiter.consume('key', rule);
    const first = await Promise.all([use(), use(), use(), use(), limiter.refund('key', rule)]);
    expect(first.slice(0, 4).map((verdict) => verdict?.allowed)).toEqual([true, true, false, false]);
    expect((await use()).allowed).toBe(true);
    expect((await use()).allowed).toBe(false);
    await Promise.all([limiter.refund('key', rule), limiter.refund('key', rule), limiter.refund('key', rule)]);
    expect([(await use()).allowed, (await use()).allowed, (await use()).allowed]).toEqual([true, true, false]);
  });
});
