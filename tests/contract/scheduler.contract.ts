import { beforeEach, describe, expect, it } from 'vitest';
import type { Scheduler } from '../../src/application/ports/index.ts';

export interface SchedulerHarness {
  readonly scheduler: Scheduler;
  /** Lets so much time pass, a little more where it cannot be steered, and what fell due run. */
  pass(ms: number): Promise<void>;
  /** Time that never jumps, in milliseconds. */
  elapsedMs(): number;
  /** What the scheduler reported as failed. */
  reported(): readonly unknown[];
}

export function schedulerContract(adapter: string, open: () => SchedulerHarness): void {
  describe(`Scheduler contract: ${adapter}`, () => {
    let h: SchedulerHarness;
    beforeEach(() => {
      h = open();
    });

    const ran: string[] = [];
    const note = (name: string) => () => void ran.push(name);
    beforeEach(() => {
      ran.length = 0;
    });

    it('runs a task once, and never before its time', async () => {
      for (let round = 0; round < 20; round += 1) {
        const startedMs = h.elapsedMs();
        let tookMs = -1;
        h.scheduler.after(10.5, () => {
          note('once')();
          tookMs = h.elapsedMs() - startedMs;
        });
        await h.pass(12);
        expect(tookMs).toBeGreaterThanOrEqual(10.5);
      }
      expect(ran).toHaveLength(20);
      await h.pass(30);
      expect(ran).toHaveLength(20);
    });

    it('does not run a task that is not due', async () => {
      h.scheduler.after(60_000, note('a minute'));
      // A 32-bit timer would overflow and ring at once.
      h.scheduler.after(2 ** 31 + 5, note('25 days'));
      h.scheduler.after(Number.POSITIVE_INFINITY, note('never'));
      await h.pass(20);
      expect(ran).toEqual([]);
    });

    it.each([0, -5])('lets the turn of the caller end first, even with a delay of %d', async (delayMs) => {
      h.scheduler.after(delayMs, note('task'));
      note('caller')();
      await h.pass(5);
      expect(ran).toEqual(['caller', 'task']);
    });

    cancellation(() => h, ran, note);
    failures(() => h, ran, note);
  });
}

function cancellation(h: () => SchedulerHarness, ran: readonly string[], note: (name: string) => () => void): void {
  it('cancels what has not begun, and only that', async () => {
    const cancel = h().scheduler.after(5, note('cancelled'));
    h().scheduler.after(5, note('kept'));
    cancel();
    cancel();
    await h().pass(20);
    expect(ran).toEqual(['kept']);
  });

  it('ignores a cancellation that comes too late, also from inside the task', async () => {
    const cancel = h().scheduler.after(1, () => {
      cancel();
      note('ran')();
    });
    await h().pass(10);
    cancel();
    h().scheduler.after(1, note('next'));
    await h().pass(10);
    expect(ran).toEqual(['ran', 'next']);
  });

  it('lets a task schedule its successor', async () => {
    const again = async (left: number): Promise<void> => {
      await Promise.resolve();
      note(`left ${left}`)();
      if (left > 0) h().scheduler.after(5, () => again(left - 1));
    };
    h().scheduler.after(5, () => again(2));
    // Three turns of 5 ms; the rest is room for timers that may be late.
    await h().pass(60);
    expect(ran).toEqual(['left 2', 'left 1', 'left 0']);
  });
}

function failures(h: () => SchedulerHarness, ran: readonly string[], note: (name: string) => () => void): void {
  it('reports a task that throws or rejects, once each, and goes on', async () => {
    const thrown = new Error('thrown');
    const rejected = new Error('rejected');
    h().scheduler.after(1, () => {
      throw thrown;
    });
    // Far enough apart: no order is promised within what a timer may be late.
    h().scheduler.after(10, () => Promise.reject(rejected));
    h().scheduler.after(20, note('unharmed'));
    await h().pass(40);
    expect(ran).toEqual(['unharmed']);
    expect(h().reported()).toEqual([thrown, rejected]);
  });
}
