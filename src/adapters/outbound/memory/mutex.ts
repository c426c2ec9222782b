/**
 * Lets tasks run one at a time, first come first served. Does not nest: a task that waits for another waits for ever.
 */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  run<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    // A task that failed is its own caller's business; the next one runs all the same.
    this.#last = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}
