import type { Percentiles } from './spec.ts';

const samplesMax = 2_000_000;

/** What all members of one generator count together. Plain fields, because they change half a million times a second. */
export class Tally {
  sent = 0;
  acked = 0;
  delivered = 0;
  deliveredBytes = 0;
  refused = 0;
  stopping = false;
  recording = false;
  /** The time of the read that is being worked on. */
  nowMs = 0;
  /** `reached` is called when that many deliveries and acks have been counted. */
  awaited: { readonly delivered: number; readonly acked: number; readonly reached: () => void } | null = null;
  #errors = new Map<string, number>();
  #samples = new Float64Array(samplesMax);
  #sampled = 0;

  sample(ms: number): void {
    if (this.recording && this.#sampled < samplesMax) this.#samples[this.#sampled++] = ms;
  }

  takeSamples(): Percentiles {
    const sorted = this.#samples.slice(0, this.#sampled).sort();
    this.#sampled = 0;
    return percentilesOf(sorted);
  }

  error(text: string): void {
    this.#errors.set(text, (this.#errors.get(text) ?? 0) + 1);
  }

  get errors(): string[] {
    return [...this.#errors].map(([text, times]) => (times === 1 ? text : `${text} (${times} times)`));
  }

  checkAwaited(): void {
    const { awaited } = this;
    if (awaited === null || this.delivered < awaited.delivered || this.acked < awaited.acked) return;
    this.awaited = null;
    awaited.reached();
  }
}

export function percentilesOf(sorted: Float64Array): Percentiles {
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) ?? 0 };
}
