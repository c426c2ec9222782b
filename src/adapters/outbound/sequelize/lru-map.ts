/**
 * A map that keeps what was used lately: at least the last `sizeMax / 2` keys, never more than `sizeMax`. It forgets by
 * dropping its older half at once, because a Map that loses its oldest key with every new one spends its time there.
 */
export class LruMap<Key, Value> {
  readonly #halfMax: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(sizeMax: number) {
    this.#halfMax = Math.max(1, Math.floor(sizeMax / 2));
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#halfMax) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(key: Key): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
