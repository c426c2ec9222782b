import type { Clock } from '../../../application/ports/index.ts';

/** 2026-01-01T00:00:00.000Z. */
const START_MS = 1_767_225_600_000;
/** A task that schedules itself without delay would otherwise hold one `advance` for ever. */
const RINGS_PER_ADVANCE_MAX = 100_000;

interface Alarm {
  readonly dueAtMs: number;
  readonly ring: () => void;
}

/** Time that passes when told to. Like a machine it has two: the wall clock, which may jump, and the one of timers. */
export class ManualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;
  /** Ascending by due time; equal ones in the order in which they were set. */
  readonly #alarms: Alarm[] = [];

  constructor(startMs: number = START_MS) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  /** The time of timers: what has passed since the beginning, jumps left out. */
  elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Lets the wall clock jump, forward or back. No time passes, so no timer rings. */
  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** Lets time pass. What falls due rings on its way, each at its own time, also what is only set meanwhile. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError('Time passes forward only; set() lets the wall clock jump.');
    const untilMs = this.#elapsedMs + ms;
    for (let rings = 0; this.advanceToNext(untilMs - this.#elapsedMs); rings += 1) {
      if (rings === RINGS_PER_ADVANCE_MAX) throw new Error('Tasks schedule each other without delay, without end.');
    }
  }

  /** Lets time pass to the next alarm and rings it, or the whole of `ms` when there is none. False when done. */
  advanceToNext(ms: number): boolean {
    const next = this.#alarms[0];
    if (next === undefined || next.dueAtMs > this.#elapsedMs + ms) {
      this.#pass(ms);
      return false;
    }
    this.#alarms.shift();
    this.#pass(next.dueAtMs - this.#elapsedMs);
    next.ring();
    return true;
  }

  /** Rings once, `delayMs` from now. Returns how to take it back. */
  alarm(delayMs: number, ring: () => void): () => void {
    const alarm: Alarm = { dueAtMs: this.#elapsedMs + Math.max(0, delayMs), ring };
    const after = this.#alarms.findLastIndex((other) => other.dueAtMs <= alarm.dueAtMs);
    this.#alarms.splice(after + 1, 0, alarm);
    return () => {
      const index = this.#alarms.indexOf(alarm);
      if (index !== -1) this.#alarms.splice(index, 1);
    };
  }

  #pass(ms: number): void {
    // A task that lets time pass itself may have gone beyond the end already.
    const passedMs = Math.max(0, ms);
    this.#elapsedMs += passedMs;
    this.#nowMs += passedMs;
  }
}
