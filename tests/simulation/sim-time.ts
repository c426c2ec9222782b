import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { Random } from './random.ts';

interface Alarm {
  readonly atMs: number;
  readonly order: number;
  task: (() => void) | null;
}

const EVENTS_MAX = 200_000;

const STEPS = 64;

const realImmediate = globalThis.setImmediate;

/**
 * The only time there is during a run. Nothing happens but the tasks that were set for some moment and the promises
 * that follow from them; so two runs with the same seed are the same run.
 */
export class SimTime {
  nowMs = 0;
  readonly #heap: Alarm[] = [];
  #order = 0;
  #events = 0;

  get events(): number {
    return this.#events;
  }

  after(delayMs: number, task: () => void): () => void {
    return this.at(this.nowMs + Math.max(0, delayMs), task);
  }

  /** What is set for the same moment happens in the order in which it was set. */
  at(atMs: number, task: () => void): () => void {
    const alarm: Alarm = { atMs, order: (this.#order += 1), task };
    this.#push(alarm);
    return () => {
      alarm.task = null;
    };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  runUntil(untilMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isDone = false;
      const step = () => {
        if (isDone) return;
        try {
          isDone = !this.#step(untilMs);
          if (isDone) resolve();
        } catch (error) {
          isDone = true;
          reject(error instanceof Error ? error : new Error('A step threw what is no error.', { cause: error }));
        }
      };
      // Between two immediates all promises run that wait for nothing but each other, however long their chain.
      const steps = () => {
        for (let count = 0; count < STEPS && !isDone; count += 1) realImmediate(step);
        if (!isDone) realImmediate(steps);
      };
      steps();
    });
  }

  /** Lets the next thing happen. False when there is nothing more to happen until then. */
  #step(untilMs: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#pop();
      if (next.task === null) continue;
      if ((this.#events += 1) > EVENTS_MAX) throw new Error('The simulation does not come to an end.');
      this.nowMs = next.atMs;
      next.task();
      return true;
    }
    this.nowMs = untilMs;
    return false;
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap;
    let index = heap.push(alarm) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(alarm, heap[parent] as Alarm)) break;
      heap[index] = heap[parent] as Alarm;
      index = parent;
    }
    heap[index] = alarm;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Alarm;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Alarm, heap[child] as Alarm)) child += 1;
      if (!isBefore(heap[child] as Alarm, last)) break;
      heap[index] = heap[child] as Alarm;
      index = child;
    }
    heap[index] = last;
  }
}

const isBefore = (a: Alarm, b: Alarm): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

const require = createRequire(import.meta.url);
const timers = require('node:timers/promises') as { setTimeout: (delayMs: number) => Promise<void> };
const crypto = require('node:crypto') as { randomInt: (min: number, max: number) => number };

interface Current {
  readonly time: SimTime;
  readonly random: Random;
}

let current: Current | null = null;

// Modules that import these by name get them from here once and for all, so they are replaced for good and ask each time.
const { setTimeout: realSleep } = timers;
const { randomInt: realRandomInt } = crypto;
timers.setTimeout = (delayMs) => current?.time.sleep(delayMs) ?? realSleep(delayMs);
crypto.randomInt = (min, max) => current?.random.int(min, max - 1) ?? realRandomInt(min, max);
syncBuiltinESMExports();

/** Puts the simulated time and randomness in place of the machine's. Returns how to give them back. */
export function replaceGlobals(time: SimTime, random: Random): () => void {
  const { setTimeout, clearTimeout, setImmediate, clearImmediate } = globalThis;
  const { now } = Date;
  const timer = (cancel: () => void) => Object.assign(cancel, { unref: () => timer, ref: () => timer });
  const simulated = {
    setTimeout: (task: () => void, delayMs = 0) => timer(time.after(delayMs, task)),
    clearTimeout: (cancel?: () => void) => cancel?.(),
    setImmediate: (task: () => void) => timer(time.after(0, task)),
    clearImmediate: (cancel?: () => void) => cancel?.(),
  };
  Object.assign(globalThis, simulated);
  Date.now = () => Math.floor(time.nowMs);
  performance.now = () => time.nowMs;
  current = { time, random };
  return () => {
    current = null;
    Object.assign(globalThis, { setTimeout, clearTimeout, setImmediate, clearImmediate });
    Date.now = now;
    Reflect.deleteProperty(performance, 'now');
  };
}
