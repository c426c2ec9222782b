import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../../../application/errors/app-error.ts';
import type { Clock, Logger } from '../../../application/ports/index.ts';

/** How old keys may be before they are asked for again, behind the back of whoever is served with them. */
const FRESH_MS = 10 * 60_000;
/** The least time between two questions, whatever came of the first and however many tokens name unknown keys. */
const COOL_DOWN_MS = 10_000;
const TIMEOUT_MS = 3_000;
const BYTES_MAX = 262_144;

export interface IssuerKeysOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The keys that an issuer publishes (JWKS, RFC 7517). Keys that were had once go on working however long the issuer is
 * down. The issuer is asked by one request at a time and at most every ten seconds.
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #keys: JWTVerifyGetKey | null = null;
  #pending: Promise<void> | null = null;
  #askedAtMs = -Infinity;
  #gotAtMs = -Infinity;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /** For `jwtVerify`. Rejects with OVERLOADED when the key may be there and cannot be had. */
  readonly get: JWTVerifyGetKey = async (header, token) => {
    if (this.#keys === null) await this.#ask();
    else if (!this.#within(this.#gotAtMs, FRESH_MS)) void this.#ask();
    try {
      return await this.#known()(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.#ask();
    try {
      return await this.#known()(header, token);
    } catch (error) {
      // Whoever has a new key while the issuer cannot be asked is not sent away for good.
      if (error instanceof errors.JWKSNoMatchingKey && this.#gotAtMs < this.#askedAtMs) throw unavailable(error);
      throw error;
    }
  };

  #known(): JWTVerifyGetKey {
    if (this.#keys === null) throw unavailable();
    return this.#keys;
  }

  /** Never rejects: what was not had is seen by who looks for it. */
  #ask(): Promise<void> {
    if (this.#pending) return this.#pending;
    if (this.#within(this.#askedAtMs, COOL_DOWN_MS)) return Promise.resolve();
    const { clock, logger, url } = this.#options;
    const askedAtMs = clock.nowMs();
    this.#askedAtMs = askedAtMs;
    this.#pending = fetchKeys(url)
      .then(
        (keys) => {
          this.#keys = keys;
          this.#gotAtMs = askedAtMs;
        },
        (error: unknown) => logger.warn({ url, error }, "the issuer's keys could not be read; the known ones are used"),
      )
      .finally(() => (this.#pending = null));
    return this.#pending;
  }

  #within(sinceMs: number, ms: number): boolean {
    const elapsedMs = this.#options.clock.nowMs() - sinceMs;
    // After the clock was put back nothing counts as recent.
    return elapsedMs >= 0 && elapsedMs < ms;
  }
}

const unavailable = (cause?: unknown): AppError =>
  new AppError('OVERLOADED', {
    message: 'The token cannot be checked now, because its issuer does not answer.',
    retryAfterMs: COOL_DOWN_MS,
    cause,
  });

async function fetchKeys(url: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // The address is the one that the operator named, not one that somebody else names.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`The issuer answered ${response.status} for its keys.`);
  }
  // The library checks the shape.
  return createLocalJWKSet(JSON.parse(await bounded(response)) as JSONWebKeySet);
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > BYTES_MAX) throw new Error("The issuer's keys are larger than any honest list of keys.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
