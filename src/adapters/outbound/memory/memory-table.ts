/**
 * Rows by key. Rows are immutable and replaced as a whole, so a fork needs no copies: it keeps what it changed and
 * looks up everything else in its parent. Nobody sees the changes of a fork before `commit`. While a fork lives the
 * parent must not change; the mutex of the unit of work sees to that.
 */
export class MemoryTable<K, V> {
  readonly #parent: MemoryTable<K, V> | undefined;
  /** In a fork, undefined marks a row that the parent still has. */
  readonly #rows = new Map<K, V | undefined>();

  constructor(parent?: MemoryTable<K, V>) {
    this.#parent = parent;
  }

  get(key: K): V | undefined {
    if (this.#parent === undefined || this.#rows.has(key)) return this.#rows.get(key);
    return this.#parent.get(key);
  }

  /** All rows, in no particular order. */
  values(): V[] {
    return [...this.#all().values()].filter((row) => row !== undefined);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  /** Whoever wants a duplicate to mean something asks first; one that comes this far is a bug of the caller. */
  insert(key: K, row: V): void {
    if (this.has(key)) throw new Error('A row with this key is there already.');
    this.#rows.set(key, row);
  }

  set(key: K, row: V): void {
    this.#rows.set(key, row);
  }

  delete(key: K): void {
    if (this.#parent === undefined) this.#rows.delete(key);
    else this.#rows.set(key, undefined);
  }

  /** Applies the changes to the parent, in one go. */
  commit(): void {
    for (const [key, row] of this.#rows) {
      if (row === undefined) this.#parent?.delete(key);
      else this.#parent?.set(key, row);
    }
  }

  #all(): ReadonlyMap<K, V | undefined> {
    return this.#parent === undefined ? this.#rows : new Map([...this.#parent.#all(), ...this.#rows]);
  }
}
