import { setTimeout as delay } from 'node:timers/promises';

export { delay };

/** Starts all of them before it waits for the first. */
export function inParallel<T>(count: number, task: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => task(index)));
}

export const countTrue = (outcomes: readonly boolean[]): number => outcomes.filter(Boolean).length;

/** 1, 2, ... up to and with `last`. */
export const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

export const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** Turns a wait that would never end into a failure that says what for. */
export async function within<T>(what: string, promise: Promise<T>, limitMs = 5_000): Promise<T> {
  const late = new AbortController();
  const expired = delay(limitMs, undefined, { signal: late.signal }).then(() => {
    throw new Error(`Waited too long: ${what}.`);
  });
  // Whoever loses the race is still there; its rejection is nobody's business any more.
  expired.catch(() => undefined);
  try {
    return await Promise.race([promise, expired]);
  } finally {
    late.abort();
  }
}

/** Gives something that is under way the chance to get ahead; an adapter that makes it wait is none the worse. */
export async function meanwhile(promise: Promise<unknown>, graceMs = 150): Promise<void> {
  await Promise.race([promise.catch(() => undefined), delay(graceMs)]);
}

/**
 * Brings `count` units to the same point before any of them goes on, where the adapter lets them run side by side. One
 * that runs them one after the other lets each of them go on alone when the time is up.
 */
export function meetingOf(count: number, graceMs = 150): () => Promise<void> {
  let arrived = 0;
  let open = (): void => undefined;
  const complete = new Promise<void>((resolve) => (open = resolve));
  return () => {
    arrived += 1;
    if (arrived >= count) open();
    return meanwhile(complete, graceMs);
  };
}
