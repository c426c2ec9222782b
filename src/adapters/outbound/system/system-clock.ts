import type { Clock } from '../../../application/ports/index.ts';

/** The wall clock of the machine. It jumps when the machine is told another time. */
export class SystemClock implements Clock {
  nowMs(): number {
    return Date.now();
  }
}
