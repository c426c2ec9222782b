import type { Tracer } from '../../../application/ports/index.ts';
import { overloaded, translateError } from './translate-error.ts';
import { WaitingItem, type Ticket } from './waiting-item.ts';

export interface GroupCommitOptions {
  /** Batches that may be on their way at a time. No two of them ever hold the same key. */
  readonly lanes: number;
  /** A further batch begins only when none was begun for so long: one that waits holds up nobody else's for longer. */
  readonly patienceMs: number;
  readonly itemsMax: number;
  readonly charsMax: number;
  /** Items that may wait; one more is refused at once. */
  readonly waitingMax: number;
  /** What waited longer is refused instead of written: its caller has given up, and the database is behind. */
  readonly waitMaxMs: number;
}

/** Holding spares a batch from running into somebody; it must not become a way to silence a key. */
const HOLD_MAX_MS = 250;
const HELD_BACK_MAX_MS = 100;

interface GroupCommitParts<Item, Result> extends GroupCommitOptions {
  readonly tracer: Pick<Tracer, 'current' | 'root'>;
  /** Items of one key are written in the order in which they came, and never in two batches at a time. */
  keyOf(item: Item): string;
  charsOf(item: Item): number;
  /** How much of a batch was written, and how long it took. Not told of one that was not. */
  wrote?(items: number, ms: number): void;
  /** Settles each ticket after the commit, as soon as it is known what became of its item. One left open has failed. */
  write(batch: readonly Ticket<Item, Result>[]): Promise<void>;
}

/**
 * Writes what waits together in one go. A new batch starts as soon as the one before is done, so an idle server adds no
 * delay, and the busier it is the larger its batches are by themselves.
 */
export class GroupCommit<Item, Result> {
  readonly #parts: GroupCommitParts<Item, Result>;
  readonly #queues = new Map<string, WaitingItem<Item, Result>[]>();
  /** Keys that a batch may take now, the one that waited longest first. */
  readonly #ready = new Set<string>();
  /** Keys that no batch may take: in a batch already, or held. */
  readonly #taken = new Map<string, number>();
  /** Outcomes that are known and not told yet. */
  #outcomes: { tell(): void }[] = [];
  #waiting = 0;
  #lanesBusy = 0;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #isImpatient = false;
  #scheduled = false;
  #closed = false;
  readonly #whenIdle: (() => void)[] = [];

  constructor(parts: GroupCommitParts<Item, Result>) {
    this.#parts = parts;
  }

  /** Items that no batch has taken yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Rejects with OVERLOADED, at once and without having written anything, when too many items wait. */
  submit(item: Item): Promise<Result> {
    if (this.#closed || this.#waiting >= this.#parts.waitingMax) return Promise.reject(overloaded());
    const chars = this.#parts.charsOf(item);
    const step = this.#parts.tracer.current();
    const job = new WaitingItem<Item, Result>({ item, chars, step, tellSoon: this.#tellSoon });
    const key = this.#parts.keyOf(item);
    const queue = this.#queues.get(key);
    if (queue === undefined) this.#queues.set(key, [job]);
    else queue.push(job);
    this.#waiting += 1;
    this.#offer(key);
    this.#schedule();
    return job.answer;
  }

  /**
   * Until the returned function is called, no further batch takes items of this key: they wait and keep their order.
   * Not for ever, and not again while there are some that have waited.
   */
  hold(key: string): () => void {
    const [oldest] = this.#queues.get(key) ?? [];
    if (oldest !== undefined && performance.now() - oldest.sinceMs > HELD_BACK_MAX_MS) return () => undefined;
    this.#take(key);
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      this.#release([key]);
    };
    const timer = setTimeout(release, HOLD_MAX_MS);
    return release;
  }

  /** Takes nothing more and resolves when everything that waits is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#waiting + this.#lanesBusy > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  // Whatever arrives in the same turn of the event loop belongs to the same batch.
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#ready.size > 0 && this.#mayStart()) {
      const keys: string[] = [];
      const batch = this.#nextBatch(keys);
      this.#lanesBusy += 1;
      this.#lastStartMs = performance.now();
      void this.#write(batch).then(() => {
        this.#lanesBusy -= 1;
        this.#release(keys);
        this.#start();
        if (this.#waiting + this.#lanesBusy === 0)
          for (const tell of this.#whenIdle.splice(0)) this.#tellSoon({ tell });
      });
    }
  }

  #mayStart(): boolean {
    const { lanes, patienceMs } = this.#parts;
    if (this.#lanesBusy === 0) return true;
    if (this.#lanesBusy >= lanes) return false;
    const restMs = this.#lastStartMs + patienceMs - performance.now();
    if (restMs <= 0) return true;
    if (this.#isImpatient) return false;
    this.#isImpatient = true;
    setTimeout(() => {
      this.#isImpatient = false;
      this.#start();
    }, restMs);
    return false;
  }

  /** After the next batch is on its way: the database is not to wait while the callers go on with this one. */
  readonly #tellSoon = (settled: { tell(): void }): void => {
    this.#outcomes.push(settled);
    if (this.#outcomes.length > 1) return;
    setImmediate(() => {
      const outcomes = this.#outcomes;
      this.#outcomes = [];
      for (const settled of outcomes) settled.tell();
    });
  };

  #nextBatch(keys: string[]): WaitingItem<Item, Result>[] {
    const batch: WaitingItem<Item, Result>[] = [];
    const late = performance.now() - this.#parts.waitMaxMs;
    let chars = 0;
    for (const key of this.#ready) {
      const queue = this.#queues.get(key) ?? [];
      let count = 0;
      for (const job of queue) {
        const full = batch.length >= this.#parts.itemsMax || chars + job.chars > this.#parts.charsMax;
        if (full && batch.length > 0) break;
        count += 1;
        if (job.sinceMs < late) {
          job.settle(overloaded());
          continue;
        }
        batch.push(job);
        chars += job.chars;
      }
      if (count === 0) break;
      this.#waiting -= count;
      if (count === queue.length) this.#queues.delete(key);
      else queue.splice(0, count);
      this.#take(key);
      keys.push(key);
    }
    return batch;
  }

  /** Never rejects: every job is settled. */
  async #write(batch: readonly WaitingItem<Item, Result>[]): Promise<void> {
    if (batch.length === 0) return;
    let failure = new Error('A batch left an item open.');
    const startedMs = performance.now();
    try {
      const steps = batch.flatMap(({ step }) => step ?? []);
      await this.#parts.tracer.root('parley batch', { 'parley.batch.size': batch.length }, steps, () =>
        this.#parts.write(batch),
      );
    } catch (error) {
      failure = translateError(error);
    }
    // Whoever writes settles what was refused as well, and does not throw.
    const written = batch.filter(({ isWritten }) => isWritten).length;
    if (written > 0) this.#parts.wrote?.(written, performance.now() - startedMs);
    // Means nothing to those that are settled.
    for (const job of batch) job.settle(failure);
  }

  #take(key: string): void {
    this.#taken.set(key, (this.#taken.get(key) ?? 0) + 1);
    this.#ready.delete(key);
  }

  #release(keys: readonly string[]): void {
    for (const key of keys) {
      const holders = (this.#taken.get(key) ?? 0) - 1;
      if (holders > 0) this.#taken.set(key, holders);
      else this.#taken.delete(key);
      this.#offer(key);
    }
    if (this.#ready.size > 0) this.#schedule();
  }

  #offer(key: string): void {
    if (this.#queues.has(key) && !this.#taken.has(key)) this.#ready.add(key);
  }
}
