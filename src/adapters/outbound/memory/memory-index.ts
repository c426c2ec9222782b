import { MemoryTable } from './memory-table.ts';

const NONE: readonly never[] = Object.freeze([]);

/** Ids by key, ascending. A list that was handed out never changes: every change makes a new one. */
export class MemoryIndex<K, Id extends string> {
  readonly #lists: MemoryTable<K, readonly Id[]>;

  constructor(parent?: MemoryIndex<K, Id>) {
    this.#lists = parent ? new MemoryTable(parent.#lists) : new MemoryTable();
  }

  of(key: K): readonly Id[] {
    return this.#lists.get(key) ?? NONE;
  }

  add(key: K, id: Id): void {
    const list = this.of(key);
    this.#lists.set(key, Object.freeze(list.toSpliced(positionOf(list, id), 0, id)));
  }

  remove(key: K, id: Id): void {
    this.#lists.set(key, Object.freeze(this.of(key).filter((other) => other !== id)));
  }

  commit(): void {
    this.#lists.commit();
  }
}

/** How many ids of an ascending list are smaller than `id`, which need not be in it. */
export function positionOf<Id extends string>(list: readonly Id[], id: Id): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = list[middle];
    if (other !== undefined && other < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
