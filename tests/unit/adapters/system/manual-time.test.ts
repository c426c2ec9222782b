import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { ManualScheduler } from '../../../../src/adapters/outbound/memory/manual-scheduler.ts';

describe('ManualClock and ManualScheduler', () => {
  let clock: ManualClock;
  let scheduler: ManualScheduler;
  let ran: [name: string, atMs: number][];
  beforeEach(() => {
    clock = new ManualClock(0);
    scheduler = new ManualScheduler({ clock, logger: new InMemoryLogger() });
    ran = [];
  });
  const note = (name: string) => () => void ran.push([name, clock.nowMs()]);

  it('runs tasks in the order of their times, at their times, and equal ones in the order of their setting', () => {
    scheduler.after(30, note('third'));
    scheduler.after(10, note('first'));
    scheduler.after(20, note('second'));
    scheduler.after(20, note('second, set later'));
    scheduler.after(31, note('beyond'));
    clock.advance(30);
    expect(ran).toEqual([
      ['first', 10],
      ['second', 20],
      ['second, set later', 20],
      ['third', 30],
    ]);
    expect(clock.nowMs()).toBe(30);
  });

  it('runs what is only scheduled on the way, and not what is cancelled on the way', () => {
    const cancel = scheduler.after(20, note('cancelled'));
    scheduler.after(10, () => {
      cancel();
      scheduler.after(5, note('on the way'));
      scheduler.after(0, note('at once'));
    });
    clock.advance(20);
    expect(ran).toEqual([
      ['at once', 10],
      ['on the way', 15],
    ]);
  });

  it('keeps a loop of promises in time', async () => {
    const loop = async (): Promise<void> => {
      await Promise.resolve();
      note('turn')();
      for (let hop = 0; hop < 100; hop += 1) await Promise.resolve();
      scheduler.after(10, loop);
    };
    scheduler.after(10, loop);
    await scheduler.advance(35);
    expect(ran.map(([, atMs]) => atMs)).toEqual([10, 20, 30]);
    expect(clock.nowMs()).toBe(35);
  });

  it('lets the wall clock jump without a timer taking notice', () => {
    scheduler.after(10, note('task'));
    clock.set(1_000_000);
    clock.advance(9);
    expect(ran).toEqual([]);
    clock.set(0);
    clock.advance(1);
    expect(ran).toEqual([['task', 1]]);
  });

  it('stands a task that lets time pass itself', () => {
    scheduler.after(10, () => clock.advance(100));
    scheduler.after(50, note('inside'));
    clock.advance(20);
    expect(ran).toEqual([['inside', 50]]);
    expect(clock.nowMs()).toBe(110);
  });

  it('does not hang on tasks without delay that never end, and lets no time pass backwards', () => {
    const again = (): void => void scheduler.after(0, again);
    again();
    expect(() => clock.advance(1)).toThrow('without end');
    expect(() => clock.advance(-1)).toThrow(RangeError);
    expect(() => clock.advance(Number.NaN)).toThrow(RangeError);
  });
});
