import { hash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter, RateRule, RateVerdict, Scheduler } from '../../../application/ports/index.ts';

const KEYS_MAX = 100_000;
/** Longer ones are hashed: whoever types a key does not choose how much memory it takes. */
const KEY_CHARS_MAX = 128;
const GENERATION_MS_MIN = 1_000;
/** A longer timer of Node rings at once, and the library would forget the key with it. */
const DURATION_MS_MAX = 2 ** 31 - 1;
/** A window that ended in the middle of a correction is opened again by the library; this ends it at once. */
const NO_NEW_WINDOW = { customDuration: 0.001 };
const ALLOWED: RateVerdict = Object.freeze({ allowed: true, retryAfterMs: 0 });

/** The keys of one rule in the order of their first use: those of this generation, and those of the one before. */
interface RuleState {
  readonly limiter: RateLimiterMemory;
  readonly durationMs: number;
  young: Set<string>;
  old: Set<string>;
}

/**
 * Fixed windows in the memory of this process, by rate-limiter-flexible. A window opens with the first use and ends
 * `durationMs` later. Each rule has its own windows, also for a key that another rule counts too.
 *
 * At most `keysMax` keys are held. One more makes the rule with the most keys forget its oldest, so a flood of invented
 * keys costs the flooded rule early amnesty for one key per invention, and no honest key is refused for it.
 */
export class FlexibleRateLimiter implements RateLimiter {
  readonly #rules = new Map<string, RuleState>();
  readonly #scheduler: Scheduler;
  readonly #keysMax: number;
  #keyCount = 0;
  #refunds = Promise.resolve();

  constructor(deps: { readonly scheduler: Scheduler; readonly keysMax?: number }) {
    this.#scheduler = deps.scheduler;
    this.#keysMax = deps.keysMax ?? KEYS_MAX;
  }

  /** Keys held now, those included whose window has ended and that are about to be released. */
  get keyCount(): number {
    return this.#keyCount;
  }

  async consume(key: string, rule: RateRule): Promise<RateVerdict> {
    // The library takes a duration of 0 for "never ends", and counts a use before it looks at the points.
    if (!(rule.points >= 1)) return { allowed: false, retryAfterMs: Math.max(1, rule.durationMs) };
    if (!(rule.durationMs > 0)) return ALLOWED;
    const state = this.#stateOf(rule);
    const name = bounded(key);
    try {
      const use = await state.limiter.consume(name);
      if (use.isFirstInDuration) this.#remember(state, name);
      return ALLOWED;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // The library counted the refused attempt, and a refund would then give back that instead of a use.
      await state.limiter.reward(name, 1, NO_NEW_WINDOW);
      // After the wall clock was put back the library would name a time beyond the window, which a timer ends.
      const retryAfterMs = Math.min(Math.ceil(refusal.msBeforeNext), Math.ceil(rule.durationMs));
      return { allowed: false, retryAfterMs: Math.max(1, retryAfterMs) };
    }
  }

  refund(key: string, rule: RateRule): Promise<void> {
    const state = this.#rules.get(nameOf(rule));
    if (state === undefined) return Promise.resolve();
    // One at a time: two that both read the last counted use would both give it back.
    this.#refunds = this.#refunds.then(() => giveBack(state.limiter, bounded(key)));
    return this.#refunds;
  }

  #stateOf(rule: RateRule): RuleState {
    const name = nameOf(rule);
    const known = this.#rules.get(name);
    if (known) return known;
    const durationMs = Math.min(rule.durationMs, DURATION_MS_MAX);
    const points = Math.min(Math.floor(rule.points), Number.MAX_SAFE_INTEGER);
    const limiter = new RateLimiterMemory({ points, duration: durationMs / 1_000, keyPrefix: '' });
    const state: RuleState = { limiter, durationMs, young: new Set(), old: new Set() };
    this.#rules.set(name, state);
    this.#awaitNextGeneration(name, state);
    return state;
  }

  #awaitNextGeneration(name: string, state: RuleState): void {
    this.#scheduler.after(Math.max(state.durationMs, GENERATION_MS_MIN), () => {
      // Every key of the old generation was first used a whole window ago, and the library's timer has released it.
      this.#keyCount -= state.old.size;
      state.old = state.young;
      state.young = new Set();
      if (state.old.size > 0) this.#awaitNextGeneration(name, state);
      else this.#rules.delete(name);
    });
  }

  #remember(state: RuleState, key: string): void {
    if (!state.old.delete(key) && !state.young.delete(key)) this.#keyCount += 1;
    state.young.add(key);
    if (this.#keyCount > this.#keysMax) this.#forgetOldest();
  }

  #forgetOldest(): void {
    let fullest: RuleState | undefined;
    for (const state of this.#rules.values()) {
      if (fullest === undefined || sizeOf(state) > sizeOf(fullest)) fullest = state;
    }
    if (fullest === undefined) return;
    const generation = fullest.old.size > 0 ? fullest.old : fullest.young;
    const [oldest] = generation;
    if (oldest === undefined) return;
    generation.delete(oldest);
    this.#keyCount -= 1;
    void fullest.limiter.delete(oldest);
  }
}

const nameOf = (rule: RateRule): string => `${rule.points}/${rule.durationMs}`;
const sizeOf = (state: RuleState): number => state.young.size + state.old.size;
const bounded = (key: string): string => (key.length > KEY_CHARS_MAX ? hash('sha256', key, 'hex') : key);

async function giveBack(limiter: RateLimiterMemory, key: string): Promise<void> {
  const window = await limiter.get(key);
  if (window === null || window.msBeforeNext <= 0 || window.consumedPoints <= 0) return;
  await limiter.reward(key, 1, NO_NEW_WINDOW);
}
