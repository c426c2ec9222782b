import type { Cancel, Logger, Scheduler } from '../../../application/ports/index.ts';
import type { ManualClock } from './manual-clock.ts';

/**
 * Timers that ring when the manual clock passes them, in time order and, at one time, in the order of their setting. So
 * a run with the same steps is the same run. For tests and simulations.
 */
export class ManualScheduler implements Scheduler {
  readonly #clock: ManualClock;
  readonly #logger: Logger;

  constructor(deps: { readonly clock: ManualClock; readonly logger: Logger }) {
    this.#clock = deps.clock;
    this.#logger = deps.logger;
  }

  after(delayMs: number, task: () => void | Promise<void>): Cancel {
    return this.#clock.alarm(delayMs, () => void this.#run(task));
  }

  /**
   * Lets time pass, and after each task lets the promises run that wait for nothing but each other, so that an
   * asynchronous task may schedule its successor in time. `clock.advance` does the same for tasks without promises.
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#clock.elapsedMs() + ms;
    await promisesRun();
    while (this.#clock.advanceToNext(untilMs - this.#clock.elapsedMs())) await promisesRun();
  }

  async #run(task: () => void | Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#logger.error({ err: error }, 'A scheduled task failed.');
    }
  }
}

/** The immediate comes after all microtasks, however long their chain. */
const promisesRun = () => new Promise<void>((resolve) => setImmediate(resolve));
