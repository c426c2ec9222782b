import { randomBytes, randomFillSync } from 'node:crypto';
import type { Clock, IdGenerator } from '../../../application/ports/index.ts';

const COUNTER_MAX = 0xfff;
/** Where the counter starts in a new millisecond: random, and low enough to leave room for 2,048 more ids. */
const COUNTER_SEED_MASK = 0x7ff;
const POOL_BYTES = 8_192;
/** Where the text has its wholly random bytes, two digits each. */
const RANDOM_DIGITS = [21, 24, 26, 28, 30, 32, 34] as const;

const hexDigit = (value: number): number => '0123456789abcdef'.charCodeAt(value & 0xf);
const HIGH_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => hexDigit(byte >> 4));
const LOW_DIGIT = Uint8Array.from({ length: 256 }, (_, byte) => hexDigit(byte));

/**
 * UUID v7 after RFC 9562 (method 1): 48 bits of time, a 12-bit counter, 62 random bits. The time in an id never goes
 * back within a process: when the clock does, or when the counter of a millisecond is used up, ids run ahead of it.
 */
export class UuidIds implements IdGenerator {
  readonly #clock: Clock;
  readonly #pool = new Uint8Array(POOL_BYTES);
  /** The text under construction. Reading it yields a flat string, which is what a map key or a query needs. */
  readonly #text = Buffer.alloc(36, '-');
  #used = POOL_BYTES;
  #timeMs = 0;
  #counter = COUNTER_MAX;

  constructor(deps: { readonly clock: Clock }) {
    this.#clock = deps.clock;
  }

  uuid(): string {
    const nowMs = Math.trunc(this.#clock.nowMs());
    if (nowMs > this.#timeMs) this.#enter(nowMs);
    else if (this.#counter === COUNTER_MAX) this.#enter(this.#timeMs + 1);
    else this.#counter += 1;

    this.#put(14, 0x70 | (this.#counter >> 8));
    this.#put(16, this.#counter & 0xff);
    // The two highest bits are the variant.
    this.#put(19, 0x80 | (this.#random() & 0x3f));
    for (const digit of RANDOM_DIGITS) this.#put(digit, this.#random());
    return this.#text.toString('latin1');
  }

  secret(): string {
    // Not from the pool: bytes that become a secret should not lie about in memory before and after.
    return randomBytes(32).toString('base64url');
  }

  #enter(timeMs: number): void {
    this.#timeMs = timeMs;
    this.#counter = ((this.#random() << 8) | this.#random()) & COUNTER_SEED_MASK;
    const digits = timeMs.toString(16).padStart(12, '0');
    this.#text.write(`${digits.slice(0, 8)}-${digits.slice(8)}`, 'latin1');
  }

  #put(digit: number, byte: number): void {
    this.#text[digit] = HIGH_DIGIT[byte] ?? 0;
    this.#text[digit + 1] = LOW_DIGIT[byte] ?? 0;
  }

  #random(): number {
    if (this.#used === POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const byte = this.#pool[this.#used] ?? 0;
    this.#used += 1;
    return byte;
  }
}
