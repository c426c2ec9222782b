export interface RateRule {
  readonly points: number;
  readonly durationMs: number;
}

export interface RateVerdict {
  readonly allowed: boolean;
  /** When a refused caller may try again; 0 when allowed. */
  readonly retryAfterMs: number;
}

/**
 * Counts uses of a key. Refused attempts cost nothing: after `durationMs` from the first counted use, `points` are free
 * again however often the caller tried meanwhile. State for idle keys is released by itself. Never rejects: a limiter
 * whose backing store is down falls back to its own memory.
 */
export interface RateLimiter {
  consume(key: string, rule: RateRule): Promise<RateVerdict>;

  /** Gives one point back: the use did not happen after all. Never goes above `points`. */
  refund(key: string, rule: RateRule): Promise<void>;
}
