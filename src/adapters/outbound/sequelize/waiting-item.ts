import type { SpanRef } from '../../../application/ports/index.ts';

export interface Ticket<Item, Result> {
  readonly item: Item;
  /** The first call counts. */
  settle(outcome: Result | Error): void;
}

interface WaitingItemParts<Item> {
  readonly item: Item;
  readonly chars: number;
  /** The step of a trace that waits for it. */
  readonly step: SpanRef | null;
  /** Is to call `tell` of what is settled. */
  readonly tellSoon: (settled: { tell(): void }) => void;
}

/** What waits for its batch or is in one. It is one object, as thousands may be under way when garbage is collected. */
export class WaitingItem<Item, Result> implements Ticket<Item, Result> {
  readonly item: Item;
  readonly chars: number;
  readonly step: SpanRef | null;
  readonly sinceMs = performance.now();
  readonly answer: Promise<Result>;
  readonly #tellSoon: (settled: { tell(): void }) => void;
  #resolve!: (result: Result) => void;
  #reject!: (error: Error) => void;
  #outcome: Result | Error | undefined;
  #isSettled = false;

  constructor({ item, chars, step, tellSoon }: WaitingItemParts<Item>) {
    this.item = item;
    this.chars = chars;
    this.step = step;
    this.#tellSoon = tellSoon;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get isWritten(): boolean {
    return this.#isSettled && !(this.#outcome instanceof Error);
  }

  settle(outcome: Result | Error): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#outcome = outcome;
    this.#tellSoon(this);
  }

  tell(): void {
    const outcome = this.#outcome;
    if (outcome instanceof Error) this.#reject(outcome);
    else this.#resolve(outcome as Result);
  }
}
