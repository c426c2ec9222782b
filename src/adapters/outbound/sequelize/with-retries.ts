import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { kindOf, translateError } from './translate-error.ts';

export const ATTEMPTS_MAX = 5;

/** Waits longer with each attempt, and never as long as a neighbour that failed at the same moment. */
export const backOff = (attempt: number): Promise<void> => sleep(randomInt(1, 10 * 2 ** attempt));

/**
 * Runs `work` again, from its start, when the database undid it for somebody else's sake (a deadlock, a lock that was
 * not granted, a lost race). Whatever it finally fails with is translated.
 */
export async function withRetries<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (kindOf(error) !== 'conflict' || attempt === ATTEMPTS_MAX) throw translateError(error);
    }
    await backOff(attempt);
  }
}
