/** Counts commands that have begun and not ended, so that a shutdown can let them finish. */
export class InFlight {
  #count = 0;
  #closed = false;
  readonly #waiting: (() => void)[] = [];

  readonly began = (): (() => void) => {
    this.#count += 1;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#count -= 1;
      if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    };
  };

  /** Whoever asks from now on is told to ask elsewhere. */
  close(): void {
    this.#closed = true;
  }

  readonly isClosed = (): boolean => this.#closed;

  get count(): number {
    return this.#count;
  }

  /** Resolves when nothing is in flight. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
