export interface FrameBudgetRule {
  readonly framesPerSecond: number;
  readonly burst: number;
}

/** A token bucket for one socket. Kept here and not behind a port: it must cost next to nothing for every frame. */
export class FrameBudget {
  readonly #rule: FrameBudgetRule;
  #tokens: number;
  #atMs: number;
  #refusals = 0;

  constructor(rule: FrameBudgetRule, nowMs: number) {
    this.#rule = rule;
    this.#tokens = rule.burst;
    this.#atMs = nowMs;
  }

  take(nowMs: number): boolean {
    const { framesPerSecond, burst } = this.#rule;
    // A clock that steps back refills nothing and takes nothing away.
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = nowMs;
    this.#tokens = Math.min(burst, this.#tokens + (elapsedMs * framesPerSecond) / 1_000);
    if (this.#tokens < 1) {
      this.#refusals += 1;
      return false;
    }
    this.#tokens -= 1;
    this.#refusals = 0;
    return true;
  }

  /** Somebody who goes on after as many refusals in a row as the burst allows is not a chat client. */
  get exhausted(): boolean {
    return this.#refusals > this.#rule.burst;
  }

  get retryAfterMs(): number {
    return Math.ceil((1 - this.#tokens) * (1_000 / this.#rule.framesPerSecond));
  }
}
