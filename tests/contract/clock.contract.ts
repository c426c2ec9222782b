import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/application/ports/index.ts';

export interface ClockHarness {
  readonly clock: Clock;
  /** Lets at least so much time pass. */
  pass(ms: number): Promise<void>;
}

export function clockContract(adapter: string, open: () => ClockHarness): void {
  describe(`Clock contract: ${adapter}`, () => {
    let h: ClockHarness;
    beforeEach(() => {
      h = open();
    });

    it('reads milliseconds since the Unix epoch, not seconds and not microseconds', () => {
      const nowMs = h.clock.nowMs();
      expect(nowMs).toBeGreaterThan(Date.UTC(2024, 0, 1));
      expect(nowMs).toBeLessThan(Date.UTC(2100, 0, 1));
      expect(Number.isSafeInteger(nowMs)).toBe(true);
    });

    it('moves with time', async () => {
      const before = h.clock.nowMs();
      await h.pass(30);
      const passedMs = h.clock.nowMs() - before;
      // A whole-millisecond reading may have lost up to one at either end.
      expect(passedMs).toBeGreaterThanOrEqual(29);
      expect(passedMs).toBeLessThan(5_000);
    });
  });
}
