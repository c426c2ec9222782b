export class WaitedTooLong extends Error {
  override readonly name = 'WaitedTooLong';
}

interface Waiter {
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Lets one piece of work run at a time, first come first served. */
export class Mutex {
  readonly #waitMaxMs: number;
  readonly #waiters = new Set<Waiter>();
  #busy = false;

  constructor(waitMaxMs: number) {
    this.#waitMaxMs = waitMaxMs;
  }

  /** Rejects with WaitedTooLong, without having started `work`, when its turn does not come in time. Does not nest. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) await this.#turn();
    this.#busy = true;
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
        reject(new WaitedTooLong('The database has no writer free.'));
      }, this.#waitMaxMs);
      const waiter: Waiter = { start: resolve, timer };
      this.#waiters.add(waiter);
    });
  }

  #pass(): void {
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#busy = false;
      return;
    }
    // It stays busy meanwhile, so that nobody slips in before the one who waited is on its way.
    this.#waiters.delete(next);
    clearTimeout(next.timer);
    next.start();
  }
}
