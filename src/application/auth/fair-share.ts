import { AppError } from '../errors/app-error.ts';

const RETRY_AFTER_MS = 1_000;

/** Lets each key have a few pieces of work under way at a time, so that nobody alone takes what all have to share. */
export class FairShare {
  readonly #underWay = new Map<string, number>();

  /** Rejects with RATE_LIMITED, and without starting `work`, when the key has `max` under way. */
  async run<T>(key: string, max: number, work: () => Promise<T>): Promise<T> {
    const before = this.#underWay.get(key) ?? 0;
    if (before >= max) throw new AppError('RATE_LIMITED', { retryAfterMs: RETRY_AFTER_MS });
    this.#underWay.set(key, before + 1);
    try {
      return await work();
    } finally {
      const left = (this.#underWay.get(key) ?? 1) - 1;
      if (left > 0) this.#underWay.set(key, left);
      else this.#underWay.delete(key);
    }
  }
}
