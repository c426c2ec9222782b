import { hash } from 'node:crypto';
import type { Clock, RateLimiter, RateRule, RateVerdict } from '../../../application/ports/index.ts';

const KEYS_MAX = 100_000;
const KEY_CHARS_MAX = 128;
const SWEEP_EVERY_MS = 10_000;
const ALLOWED: RateVerdict = Object.freeze({ allowed: true, retryAfterMs: 0 });

interface Window {
  startedAtMs: number;
  readonly durationMs: number;
  used: number;
}

/**
 * Fixed windows by the given clock. A window opens with the first use and ends `durationMs` later; each rule has its
 * own, also for a key that another rule counts too. Ended windows are released on the way of later calls. At most
 * `keysMax` are held: one more makes the oldest be forgotten, whose points are free again early.
 */
export class InMemoryRateLimiter implements RateLimiter {
  readonly #windows = new Map<string, Window>();
  readonly #clock: Clock;
  readonly #keysMax: number;
  #sweptAtMs: number;

  constructor(deps: { readonly clock: Clock; readonly keysMax?: number }) {
    this.#clock = deps.clock;
    this.#keysMax = deps.keysMax ?? KEYS_MAX;
    this.#sweptAtMs = deps.clock.nowMs();
  }

  get keyCount(): number {
    return this.#windows.size;
  }

  async consume(key: string, rule: RateRule): Promise<RateVerdict> {
    if (!(rule.points >= 1)) return { allowed: false, retryAfterMs: Math.max(1, rule.durationMs) };
    if (!(rule.durationMs > 0)) return ALLOWED;
    const nowMs = this.#clock.nowMs();
    this.#sweep(nowMs);
    const name = nameOf(key, rule);
    const window = this.#windows.get(name);
    const restMs = window ? restOf(window, nowMs) : 0;
    if (window === undefined || restMs === 0) {
      this.#open(name, { startedAtMs: nowMs, durationMs: rule.durationMs, used: 1 });
      return ALLOWED;
    }
    if (window.used + 1 > rule.points) return { allowed: false, retryAfterMs: Math.ceil(restMs) };
    window.used += 1;
    return ALLOWED;
  }

  async refund(key: string, rule: RateRule): Promise<void> {
    const window = this.#windows.get(nameOf(key, rule));
    if (window && restOf(window, this.#clock.nowMs()) > 0) window.used = Math.max(0, window.used - 1);
  }

  #open(name: string, window: Window): void {
    // Deleted first, because a Map keeps the place of a key that it knows, and the first place is the next to go.
    this.#windows.delete(name);
    this.#windows.set(name, window);
    if (this.#windows.size <= this.#keysMax) return;
    const oldest = this.#windows.keys().next();
    if (!oldest.done) this.#windows.delete(oldest.value);
  }

  #sweep(nowMs: number): void {
    if (nowMs >= this.#sweptAtMs && nowMs - this.#sweptAtMs < SWEEP_EVERY_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [name, window] of this.#windows) {
      if (restOf(window, nowMs) === 0) this.#windows.delete(name);
    }
  }
}

const nameOf = (key: string, rule: RateRule): string =>
  `${rule.points}/${rule.durationMs}/${key.length > KEY_CHARS_MAX ? hash('sha256', key, 'hex') : key}`;

/** How long the window still lasts. */
function restOf(window: Window, nowMs: number): number {
  // After the clock was put back nobody waits longer than one window from then.
  window.startedAtMs = Math.min(window.startedAtMs, nowMs);
  return Math.max(0, window.startedAtMs + window.durationMs - nowMs);
}
