import bcrypt from 'bcrypt';
import { AppError } from '../../../application/errors/app-error.ts';
import type { PasswordHasher } from '../../../application/ports/index.ts';
import { utf8Bytes } from '../../../domain/text/text.ts';
import { PASSWORD_BYTES_MAX } from '../../../domain/user/user.ts';

const COST_MIN = 4;
const COST_MAX = 31;
const BCRYPT_HASH = /^\$2([aby])(\$\d\d\$[./A-Za-z0-9]{53})$/;
const RETRY_MS_MIN = 1_000;

export interface BcryptHasherOptions {
  /** Each step doubles the time of a hash. */
  readonly cost: number;
  /** Hashes that run at once. The four threads of libuv serve DNS and files too and must not all be taken. */
  readonly concurrencyMax?: number;
  /**
   * Hashes that wait. One more is refused at once, because its caller would have gone before its turn: at cost 12 and
   * two at a time, 32 are about four seconds.
   */
  readonly queueMax?: number;
}

/** bcrypt on libuv's thread pool, a few at a time and first come, first served. */
export class BcryptHasher implements PasswordHasher {
  readonly #cost: number;
  readonly #concurrencyMax: number;
  readonly #queueMax: number;
  readonly #waiting: (() => void)[] = [];
  /** Well formed and of our cost, so that comparing takes the full time; no password is known that has this hash. */
  readonly #dummy: string;
  #running = 0;
  #lastHashMs = 0;

  constructor({ cost, concurrencyMax = 2, queueMax = 32 }: BcryptHasherOptions) {
    if (!Number.isInteger(cost) || cost < COST_MIN || cost > COST_MAX) {
      // The library would use another cost without a word.
      throw new RangeError(`The bcrypt cost must be a whole number from ${COST_MIN} to ${COST_MAX}.`);
    }
    this.#cost = cost;
    this.#concurrencyMax = concurrencyMax;
    this.#queueMax = queueMax;
    this.#dummy = bcrypt.genSaltSync(cost) + '.'.repeat(31);
  }

  async hash(password: string): Promise<string> {
    // The domain has refused such a password; to hash its first 72 bytes would open the account to others.
    if (!isComparable(password)) throw new RangeError('bcrypt cannot tell this password from others.');
    return this.#inTurn(() => bcrypt.hash(password, this.#cost));
  }

  async verify(password: string, hash: string | null): Promise<boolean> {
    const comparable = isComparable(password);
    const stored = hash === null ? null : libraryForm(hash);
    // What cannot match is compared all the same: the answer must take as long whatever its reason.
    const same = await this.#inTurn(() => bcrypt.compare(password, stored ?? this.#dummy));
    return same && comparable && stored !== null;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    const startedMs = performance.now();
    try {
      return await work();
    } finally {
      this.#lastHashMs = performance.now() - startedMs;
      this.#leave();
    }
  }

  #enter(): Promise<void> | void {
    if (this.#running < this.#concurrencyMax) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.#queueMax) {
      throw new AppError('OVERLOADED', {
        message: 'Too many sign-ins at once. Try again shortly.',
        retryAfterMs: this.#drainMs(),
      });
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    // The slot passes straight to the next in line, so that nobody who comes now can overtake it.
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running -= 1;
  }

  /** How long the queue that is there now will take. */
  #drainMs(): number {
    const rounds = Math.ceil(this.#waiting.length / this.#concurrencyMax);
    return Math.max(RETRY_MS_MIN, Math.ceil(rounds * this.#lastHashMs));
  }
}

/** bcrypt ignores what lies beyond 72 bytes, and UTF-8 makes one character of all lone surrogates. */
const isComparable = (password: string): boolean =>
  password.isWellFormed() && utf8Bytes(password) <= PASSWORD_BYTES_MAX;

/** Null for what is no bcrypt hash. PHP writes 2y for the variant that the library knows as 2b. */
function libraryForm(hash: string): string | null {
  const [, variant, rest] = BCRYPT_HASH.exec(hash) ?? [];
  if (rest === undefined) return null;
  return variant === 'y' ? `$2b${rest}` : hash;
}
