import { ConnectionRefusedError } from 'sequelize';
import type { Random } from '../random.ts';
import type { SimTime } from '../sim-time.ts';
import { driverError } from './engine.ts';

/** How likely each thing is for one statement. */
export interface DatabaseRates {
  /** Nobody is there. */
  readonly refused: number;
  /** The connection breaks before the statement arrives. */
  readonly lostBefore: number;
  /** It breaks after the statement took effect: nobody can tell. */
  readonly lostAfter: number;
  readonly deadlock: number;
  readonly lockTimeout: number;
  readonly slow: number;
  readonly slowMaxMs: number;
  /** Of an ordinary statement, there and back. */
  readonly latencyMs: number;
}

export const CALM: DatabaseRates = {
  refused: 0,
  lostBefore: 0,
  lostAfter: 0,
  deadlock: 0,
  lockTimeout: 0,
  slow: 0,
  slowMaxMs: 0,
  latencyMs: 1,
};

export interface Mishap {
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Thrown instead of doing anything. */
  readonly instead: { readonly error: Error; readonly breaks: 'statement' | 'transaction' | 'connection' } | null;
  /** Thrown although it was done. */
  readonly despite: Error | null;
}

const lost = () => driverError('PROTOCOL_CONNECTION_LOST', undefined, true);

/** Decides, statement by statement, what goes wrong. After `heal` nothing does any more. */
export class DatabaseFaults {
  readonly #random: Random;
  readonly #time: SimTime;
  readonly #rates: DatabaseRates;
  #healedAtMs = Number.POSITIVE_INFINITY;
  #isDown = false;

  constructor(random: Random, time: SimTime, rates: DatabaseRates) {
    this.#random = random;
    this.#time = time;
    this.#rates = rates;
  }

  /** Nothing that goes wrong now lasts beyond this moment. */
  healAt(atMs: number): void {
    this.#healedAtMs = atMs;
  }

  down(isDown: boolean): void {
    this.#isDown = isDown;
  }

  /** A wait that is over when the database is healed. */
  delay(maxMs: number): number {
    const leftMs = Math.max(0, this.#healedAtMs - this.#time.nowMs);
    return Math.min(leftMs, this.#random.between(0, maxMs));
  }

  next(): Mishap {
    const random = this.#random;
    const { latencyMs, ...rates } = this.#rates;
    const calm = {
      beforeMs: latencyMs * random.between(0.1, 1),
      afterMs: latencyMs * random.between(0.1, 1),
      instead: null,
      despite: null,
    };
    if (this.#time.nowMs >= this.#healedAtMs) return calm;
    if (this.#isDown || random.chance(rates.refused)) {
      return {
        ...calm,
        instead: { error: new ConnectionRefusedError(new Error('ECONNREFUSED')), breaks: 'connection' },
      };
    }
    if (random.chance(rates.lostBefore)) return { ...calm, instead: { error: lost(), breaks: 'connection' } };
    if (random.chance(rates.lostAfter)) return { ...calm, afterMs: this.delay(1_500), despite: lost() };
    if (random.chance(rates.deadlock)) {
      return { ...calm, instead: { error: driverError('ER_LOCK_DEADLOCK', 1213), breaks: 'transaction' } };
    }
    if (random.chance(rates.lockTimeout)) {
      return { ...calm, instead: { error: driverError('ER_LOCK_WAIT_TIMEOUT', 1205), breaks: 'statement' } };
    }
    if (!random.chance(rates.slow)) return calm;
    const slowMs = this.delay(rates.slowMaxMs);
    return random.chance(0.5) ? { ...calm, beforeMs: slowMs } : { ...calm, afterMs: slowMs };
  }
}
