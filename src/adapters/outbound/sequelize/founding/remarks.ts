export interface Remark {
  readonly kind: string;
  readonly count: number;
  /** The first ones, in words. */
  readonly examples: readonly string[];
}

const EXAMPLES_MAX = 20;

/** What was not taken over as it was: counted all, told some. */
export class Remarks {
  readonly #kinds = new Map<string, { count: number; examples: string[] }>();

  add(kind: string, example: string): void {
    const known = this.#kinds.get(kind) ?? { count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < EXAMPLES_MAX) known.examples.push(example);
    this.#kinds.set(kind, known);
  }

  all(): readonly Remark[] {
    return [...this.#kinds].map(([kind, { count, examples }]) => ({ kind, count, examples }));
  }
}
