export class WaitedTooLong extends Error {
  override readonly name = 'WaitedTooLong';
}

interface Waiter {
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Lets so many pieces of work run at a time, first come first served. */
export class Semaphore {
  readonly #waitMaxMs: number;
  readonly #waiters = new Set<Waiter>();
  #free: number;

  constructor({ slots, waitMaxMs }: { readonly slots: number; readonly waitMaxMs: number }) {
    this.#free = slots;
    this.#waitMaxMs = waitMaxMs;
  }

  /** Rejects with WaitedTooLong, without having started `work`, when its turn does not come in time. Does not nest. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await this.#turn();
    else this.#free -= 1;
    try {
      return await work();
    } finally {
      this.#pass();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new WaitedTooLong('The database is busy with others.'));
      }, this.#waitMaxMs);
      const waiter: Waiter = { start: resolve, timer };
      this.#waiters.add(waiter);
    });
  }

  #pass(): void {
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    // The slot stays taken meanwhile, so that nobody slips in before the one who waited is on its way.
    this.#waiters.delete(next);
    clearTimeout(next.timer);
    next.start();
  }
}
