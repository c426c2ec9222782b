import type { UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

const MINUTE_MS = 60_000;

/**
 * What one user may do in a minute, over all devices and both transports. Far above what a person or a client that
 * reconnects with all its rooms does: these stop programs, not people. Messages have a limit of their own.
 */
const PER_MINUTE = {
  create_room: 120,
  join: 600,
  invite: 120,
  moderate: 300,
  search: 300,
  sync: 3_000,
  history: 3_000,
  typing: 1_200,
  watch: 600,
  /** Anything else that is asked over HTTP. */
  request: 3_000,
} as const;

export type LimitedAction = keyof typeof PER_MINUTE;

export class ActionLimits {
  readonly #limiter: ports.RateLimiter | null;

  /** Without a limiter nothing is limited. */
  constructor(deps: { readonly limiter: ports.RateLimiter | null }) {
    this.#limiter = deps.limiter;
  }

  /** Throws RATE_LIMITED. */
  async admit(userId: UserId, action: LimitedAction): Promise<void> {
    if (!this.#limiter) return;
    const rule = { points: PER_MINUTE[action], durationMs: MINUTE_MS };
    const { allowed, retryAfterMs } = await this.#limiter.consume(`${action}:${userId}`, rule);
    if (!allowed) throw new AppError('RATE_LIMITED', { retryAfterMs });
  }
}
