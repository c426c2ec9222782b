import { ChatError } from './chat-error.ts';

/** What a reader of a stream may lag behind before its stream ends with an error. */
const LAG_MAX = 10_000;

export type Stop = () => void;
export type Named<Events> = { [E in keyof Events]: { readonly type: E; readonly event: Events[E] } }[keyof Events];

/** Typed events, to listeners and to async iterables. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();
  readonly #streams = new Set<Sink<Named<Events>>>();

  /** Returns how to stop. */
  on<E extends keyof Events>(type: E, listener: (event: Events[E]) => void): Stop {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    // One function may listen twice, and each can stop for itself.
    const own = (event: Events[E]) => listener(event);
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  emit<E extends keyof Events>(type: E, event: Events[E]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) {
      try {
        (listener as (event: Events[E]) => void)(event);
      } catch (error) {
        // A listener's bug is reported where such bugs are, and does not keep anything from the others.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    for (const stream of this.#streams) stream.push({ type, event });
  }

  /** What is picked, in order, of everything from this call on; undefined is left out. */
  stream<T>(pick: (named: Named<Events>) => T | undefined): AsyncIterableIterator<T> {
    const stream: Stream<Named<Events>, T> = new Stream(pick, () => this.#streams.delete(stream));
    this.#streams.add(stream);
    return stream;
  }

  /** Ends all streams, after what they have not read yet. */
  end(): void {
    for (const stream of [...this.#streams]) stream.end();
  }
}

interface Sink<I> {
  push(item: I): void;
  end(): void;
}

class Stream<I, T> implements AsyncIterableIterator<T>, Sink<I> {
  readonly #pick: (item: I) => T | undefined;
  readonly #ended: () => void;
  #items: T[] = [];
  readonly #waiting: ((result: IteratorResult<T>) => void)[] = [];
  #isOver = false;
  #failure: ChatError | null = null;

  constructor(pick: (item: I) => T | undefined, ended: () => void) {
    this.#pick = pick;
    this.#ended = ended;
  }

  push(pushed: I): void {
    const item = this.#isOver ? undefined : this.#pick(pushed);
    if (item === undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting) return waiting({ value: item, done: false });
    if (this.#items.length < LAG_MAX) return void this.#items.push(item);
    // To leave something out without a word would break the promise of the order.
    this.#failure = new ChatError('OVERLOADED', `The reader of a stream is ${LAG_MAX} events behind.`);
    this.#items = [];
    this.end();
  }

  end(): void {
    this.#isOver = true;
    this.#ended();
    for (const resolve of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#failure) return Promise.reject(this.#failure);
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve({ value: item, done: false });
    if (this.#isOver) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T>> {
    this.#items = [];
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
