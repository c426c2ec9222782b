import type { Mutex } from './mutex.ts';

/**
 * How the calls of a store reach its tables. Every task is synchronous: on one event loop that alone makes it atomic,
 * and what it throws becomes a rejection.
 */
export interface Access {
  /** Whether a room that is locked now stays locked: only inside a unit of work there is an end to hold it to. */
  readonly canLock: boolean;
  read<T>(task: () => T): Promise<T>;
  write<T>(task: () => T): Promise<T>;
}

/** Outside a unit of work: reads see what is committed, writes wait for the unit that runs. */
export const directAccess = (mutex: Mutex): Access => ({
  canLock: false,
  read: async (task) => task(),
  write: (task) => mutex.run(task),
});

/** Inside one callback of the unit of work, until `end`. The unit holds the mutex, so nothing here may wait for it. */
export class UnitAccess implements Access {
  readonly canLock: boolean;
  #ended = false;

  constructor(mode: 'read-write' | 'read-only') {
    this.canLock = mode === 'read-write';
  }

  async read<T>(task: () => T): Promise<T> {
    if (this.#ended) throw new Error('The unit of work that these stores belong to has ended.');
    return task();
  }

  async write<T>(task: () => T): Promise<T> {
    if (!this.canLock) throw new Error('A snapshot is read only.');
    return this.read(task);
  }

  end(): void {
    this.#ended = true;
  }
}
