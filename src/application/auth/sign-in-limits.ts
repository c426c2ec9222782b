import { emailKeyOf } from '../../domain/user/user.ts';
import { networkOf } from '../../domain/text/network.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

/**
 * Two budgets: attempts of an address, and failures of an address at one account. There is no budget of the account
 * alone, so nobody can lock somebody else out by failing in their name.
 */
export interface SignInLimitRules {
  readonly perAddress: ports.RateRule | null;
  readonly perAccountAndAddress: ports.RateRule | null;
}

export class SignInLimits {
  readonly #limiter: ports.RateLimiter;
  readonly #rules: SignInLimitRules;

  constructor(deps: { readonly limiter: ports.RateLimiter; readonly rules: SignInLimitRules }) {
    this.#limiter = deps.limiter;
    this.#rules = deps.rules;
  }

  async admitAddress(address: string): Promise<void> {
    await this.#take(`sign-in:${networkOf(address)}`, this.#rules.perAddress);
  }

  async admitAttempt(email: string, address: string): Promise<void> {
    await this.#take(accountKey(email, address), this.#rules.perAccountAndAddress);
  }

  /** The attempt was good and does not count. */
  async succeeded(email: string, address: string): Promise<void> {
    const rule = this.#rules.perAccountAndAddress;
    if (rule) await this.#limiter.refund(accountKey(email, address), rule);
  }

  async #take(key: string, rule: ports.RateRule | null): Promise<void> {
    if (!rule) return;
    const { allowed, retryAfterMs } = await this.#limiter.consume(key, rule);
    if (!allowed) throw new AppError('RATE_LIMITED', { retryAfterMs });
  }
}

const accountKey = (email: string, address: string) => `sign-in:${networkOf(address)}:${emailKeyOf(email)}`;
