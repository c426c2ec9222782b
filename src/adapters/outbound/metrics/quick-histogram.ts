import type { Metric } from 'prom-client';

interface Cells {
  /** Of each bound, and of all above, not added up. */
  readonly counts: number[];
  sum: number;
}

interface QuickHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  /** Ascending. */
  readonly bounds: readonly number[];
}

/**
 * A histogram of one label for what is observed with every message: prom-client's own makes and hashes an object of
 * labels for each observation. This one adds to numbers, and is put into words when somebody scrapes.
 */
export class QuickHistogram {
  readonly name: string;
  readonly #options: QuickHistogramOptions;
  readonly #cells = new Map<string, Cells>();

  constructor(options: QuickHistogramOptions) {
    this.name = options.name;
    this.#options = options;
  }

  observe(label: string, value: number): void {
    const { bounds } = this.#options;
    let cells = this.#cells.get(label);
    if (cells === undefined) {
      cells = { counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
      this.#cells.set(label, cells);
    }
    let place = 0;
    while (place < bounds.length && value > (bounds[place] ?? 0)) place += 1;
    cells.counts[place] = (cells.counts[place] ?? 0) + 1;
    cells.sum += value;
  }

  /** What a registry asks of a metric. */
  async get(): Promise<object> {
    const { name, help, label, bounds } = this.#options;
    const values = [...this.#cells].flatMap(([of, { counts, sum }]) => {
      const labels = { [label]: of };
      let count = 0;
      const buckets = counts.map((more, place) => {
        count += more;
        return { metricName: `${name}_bucket`, labels: { le: bounds[place] ?? '+Inf', ...labels }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { name, help, type: 'histogram', values };
  }

  /** The library's types know its own classes only; a registry looks for `name` and `get`. */
  get asMetric(): Metric {
    return this as unknown as Metric;
  }
}
