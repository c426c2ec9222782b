import type { Cancel, Logger, Scheduler } from '../../../application/ports/index.ts';

/** Node runs a longer timer after one millisecond instead of late. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** Timers of the process. They follow the monotonic clock: a jump of the wall clock neither hurries nor delays them. */
export class SystemScheduler implements Scheduler {
  readonly #logger: Logger;

  constructor(deps: { readonly logger: Logger }) {
    this.#logger = deps.logger;
  }

  after(delayMs: number, task: () => void | Promise<void>): Cancel {
    const dueAtMs = performance.now() + delayMs;
    let timer: NodeJS.Timeout;
    const arm = () => {
      const restMs = Math.ceil(dueAtMs - performance.now());
      timer = setTimeout(ring, Math.min(restMs, TIMER_MS_MAX));
      timer.unref();
    };
    const ring = () => {
      // Node counts in whole milliseconds and may ring up to one early; a very long delay takes several timers.
      if (performance.now() < dueAtMs) arm();
      else void this.#run(task);
    };
    arm();
    return () => clearTimeout(timer);
  }

  async #run(task: () => void | Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#logger.error({ err: error }, 'A scheduled task failed.');
    }
  }
}
