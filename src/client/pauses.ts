import type { Surroundings } from './surroundings.ts';

/** Waits that end early when nothing is worth waiting for any more, so that no timer keeps a process alive. */
export class Pauses {
  readonly #after: Surroundings['after'];
  readonly #endings = new Set<() => void>();
  #isOver = false;

  constructor(after: Surroundings['after']) {
    this.#after = after;
  }

  /** Resolves after so many milliseconds, or at the end. */
  pause(ms: number): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        this.#endings.delete(end);
        resolve();
      };
      const cancel = this.#after(ms, end);
      this.#endings.add(end);
    });
  }

  end(): void {
    this.#isOver = true;
    for (const end of [...this.#endings]) end();
  }
}
