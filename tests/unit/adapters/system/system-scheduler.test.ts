import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { SystemScheduler } from '../../../../src/adapters/outbound/system/system-scheduler.ts';
import { runApart } from './run-apart.ts';

const DAY_MS = 86_400_000;

describe('SystemScheduler', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const open = () => new SystemScheduler({ logger: new InMemoryLogger() });

  it('waits for longer than a timer of Node can, and can be cancelled on the way', async () => {
    const task = vi.fn();
    const cancelled = vi.fn();
    open().after(60 * DAY_MS, task);
    const cancel = open().after(60 * DAY_MS, cancelled);
    await vi.advanceTimersByTimeAsync(59 * DAY_MS);
    cancel();
    expect(task).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(DAY_MS);
    expect(task).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(60 * DAY_MS);
    expect(task).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not moved by a jump of the wall clock', async () => {
    const task = vi.fn();
    open().after(1_000, task);
    vi.setSystemTime(Date.now() + DAY_MS);
    await vi.advanceTimersByTimeAsync(999);
    expect(task).not.toHaveBeenCalled();
    vi.setSystemTime(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(task).toHaveBeenCalledTimes(1);
  });
});

describe('a process with nothing left but scheduled tasks', () => {
  it('ends, and does not run them', async () => {
    const { code, signal, stdout } = await runApart(`
      import { SystemScheduler } from './src/adapters/outbound/system/system-scheduler.ts';
      import { FlexibleRateLimiter } from './src/adapters/outbound/limits/flexible-rate-limiter.ts';
      const scheduler = new SystemScheduler({ logger: { error() {} } });
      for (const delayMs of [30_000, 60_000, 2 ** 40]) scheduler.after(delayMs, () => console.log('ran'));
      await new FlexibleRateLimiter({ scheduler }).consume('key', { points: 1, durationMs: 60_000 });
      console.log('end of the script');
    `);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(stdout.trim()).toBe('end of the script');
  });
});
