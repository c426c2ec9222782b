interface Waiting<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

interface GatheredReadsOptions<K, V> {
  /** Reads all keys, each once, in one query. Has to answer for every key. */
  readonly read: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>;
  /** The most keys of one query. */
  readonly keysMax?: number;
  /** How many queries may be under way at a time. */
  readonly lanes?: number;
}

const KEYS_MAX = 100;
const LANES = 2;

/**
 * Asks one question for many. A query starts at once while a lane is free; what is asked meanwhile waits and is read
 * together by the next one. So a lone question waits for nobody, and thousands at once cost few queries and never more
 * than `lanes` connections to the database. An answer was always read after its question.
 */
export class GatheredReads<K, V> {
  readonly #read: GatheredReadsOptions<K, V>['read'];
  readonly #keysMax: number;
  #waiting: Waiting<K, V>[] = [];
  #lanesFree: number;

  constructor({ read, keysMax = KEYS_MAX, lanes = LANES }: GatheredReadsOptions<K, V>) {
    this.#read = read;
    this.#keysMax = keysMax;
    this.#lanesFree = lanes;
  }

  /** Rejects with what the query rejects with, as for all who were asked for with it. */
  of(key: K): Promise<V> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (this.#lanesFree > 0) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#lanesFree -= 1;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#keysMax);
      try {
        const values = await this.#read([...new Set(batch.map(({ key }) => key))]);
        for (const { key, resolve } of batch) resolve(values.get(key) as V);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#lanesFree += 1;
  }
}
