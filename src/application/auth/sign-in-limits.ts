import { networkOf } from '../../domain/text/network.ts';
import { emailKeyOf, type UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';
import { FairShare } from './fair-share.ts';
import { KnownAddresses } from './known-addresses.ts';

/**
 * Of the hashes of the whole node, of which a few run and some dozens wait. An address may have a whole office behind
 * it, a user has one keyboard.
 */
const HASHES_PER_ADDRESS_MAX = 8;
const HASHES_PER_USER_MAX = 2;

/** Where a rule is null, nothing of its kind is counted. An address is one in the sense of `networkOf`. */
export interface SignInLimitRules {
  /** Attempts of an address. */
  readonly perAddress: ports.RateRule | null;
  /** Failures of an address at one account. */
  readonly perAccountAndAddress: ports.RateRule | null;
  /**
   * Failures at one account from all addresses together that its owner has not been seen at: for guesses that come
   * from everywhere. It locks nobody out who signs in from where they were before, or who is signed in.
   */
  readonly perAccount: ports.RateRule | null;
  /** Failures of somebody signed in at the user's own password. */
  readonly perUser: ports.RateRule | null;
}

interface Comparison {
  readonly isRight: boolean;
}

/**
 * Bounds what guessing passwords brings, and what it costs everybody else. Every method rejects with RATE_LIMITED
 * before it starts the work. An attempt that failed because of us (OVERLOADED, a bug) counts nowhere, because whoever
 * made it has learnt nothing.
 */
export class SignInLimits {
  readonly #limiter: ports.RateLimiter;
  readonly #rules: SignInLimitRules;
  readonly #hashing = new FairShare();
  readonly #known = new KnownAddresses();

  constructor(deps: { readonly limiter: ports.RateLimiter; readonly rules: SignInLimitRules }) {
    this.#limiter = deps.limiter;
    this.#rules = deps.rules;
  }

  /** For work that hashes a password and compares none. */
  async register<T>(address: string, work: () => Promise<T>): Promise<T> {
    const { perAddress } = this.#rules;
    const key = `sign-in:${networkOf(address)}`;
    const counted = () => this.#spend(key, perAddress, work);
    return perAddress ? this.#hashing.run(key, HASHES_PER_ADDRESS_MAX, counted) : counted();
  }

  /** Right ones count for the address only. */
  async signIn<T extends Comparison>(
    { email, address }: { readonly email: string; readonly address: string },
    compare: () => Promise<T>,
  ): Promise<T> {
    const { perAccountAndAddress, perAccount } = this.#rules;
    const [account, from] = [emailKeyOf(email), networkOf(address)];
    const isKnown = this.#known.has(account, from);
    const guess = () => (isKnown ? compare() : this.#guess(`account:${account}`, perAccount, compare));
    const comparison = await this.register(address, () =>
      this.#guess(`sign-in:${from}:${account}`, perAccountAndAddress, guess),
    );
    if (comparison.isRight) this.#known.add(account, from);
    return comparison;
  }

  /** Whoever is at this address has made the account, or holds a session of it. */
  ownerIsAt({ email, address }: { readonly email: string; readonly address: string }): void {
    this.#known.add(emailKeyOf(email), networkOf(address));
  }

  /** The user, who is signed in, proves it with the password once more. Right ones do not count. */
  async confirm<T extends Comparison>(userId: UserId, compare: () => Promise<T>): Promise<T> {
    const { perUser } = this.#rules;
    const key = `password:${userId}`;
    const guess = () => this.#guess(key, perUser, compare);
    return perUser ? this.#hashing.run(key, HASHES_PER_USER_MAX, guess) : guess();
  }

  async #guess<T extends Comparison>(key: string, rule: ports.RateRule | null, compare: () => Promise<T>): Promise<T> {
    const comparison = await this.#spend(key, rule, compare);
    if (rule && comparison.isRight) await this.#limiter.refund(key, rule);
    return comparison;
  }

  async #spend<T>(key: string, rule: ports.RateRule | null, work: () => Promise<T>): Promise<T> {
    if (!rule) return work();
    const { allowed, retryAfterMs } = await this.#limiter.consume(key, rule);
    if (!allowed) throw new AppError('RATE_LIMITED', { retryAfterMs });
    try {
      return await work();
    } catch (error) {
      if (isOurFault(error)) await this.#limiter.refund(key, rule);
      throw error;
    }
  }
}

const isOurFault = (error: unknown): boolean => !(error instanceof AppError) || error.code === 'OVERLOADED';
