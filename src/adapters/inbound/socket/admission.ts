import { AppError } from '../../../application/errors/app-error.ts';

/** Whoever is refused comes back at a random moment of this span, so that not all of them come at once again. */
const RETRY_FROM_MS = 1_000;
const RETRY_SPREAD_MS = 3_000;

export interface AdmissionOptions {
  /** Pieces of work that may be under way at a time. */
  readonly atOnce: number;
  /** So many more wait for their turn; what comes beyond them is refused at once. */
  readonly waitingMax: number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** Bounds what a storm of clients can ask for at a time: some are served, some wait, the others are sent away. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#free = options.atOnce;
  }

  /** First come, first served. Rejects with OVERLOADED and a time to come back, without having started `work`. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place stays taken on its way to the next one.
      if (next) next();
      else this.#free += 1;
    }
  }

  #turn(): Promise<void> {
    const { waitingMax, random } = this.#options;
    if (this.#waiting.length >= waitingMax) {
      const retryAfterMs = Math.round(RETRY_FROM_MS + random() * RETRY_SPREAD_MS);
      throw new AppError('OVERLOADED', { message: 'Too many connections at once. Try again shortly.', retryAfterMs });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
