import { mayModerate } from '../../domain/room/member.ts';
import type { RoomId, RoomSettings } from '../../domain/room/room.ts';
import type { Standing } from '../../domain/room/standing.ts';
import type { UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

interface Turn {
  readonly key: string;
  readonly rule: ports.RateRule;
}

interface Speaker {
  readonly roomId: RoomId;
  readonly senderId: UserId;
}

const NONE: readonly Turn[] = Object.freeze([]);

/**
 * How often somebody may speak in a room: by the server's limit, or by the room's own in its place, and by its slow
 * mode. Who moderates a room is free of what the room itself has set.
 */
export class SpeakingTurns {
  readonly #limiter: ports.RateLimiter;
  readonly #serverLimit: ports.RateRule | null;

  /** `serverLimit` null: none. */
  constructor(deps: { readonly limiter: ports.RateLimiter; readonly serverLimit: ports.RateRule | null }) {
    this.#limiter = deps.limiter;
    this.#serverLimit = deps.serverLimit;
  }

  /** What a message of this member counts against. */
  for({ role, settings }: Standing, { roomId, senderId }: Speaker): readonly Turn[] {
    const isFree = mayModerate(role);
    const rule = settings.messageLimit === null ? this.#serverLimit : isFree ? null : limitOf(settings.messageLimit);
    const slow = isFree || settings.slowModeSeconds === 0 ? null : slowMode(settings);
    if (rule === null && slow === null) return NONE;
    const place = `${roomId}:${senderId}`;
    return [
      ...(slow === null ? NONE : [{ key: `slow:${place}`, rule: slow }]),
      ...(rule === null ? NONE : [{ key: `message:${place}`, rule }]),
    ];
  }

  /** All of them or none; resolves to RATE_LIMITED when one of them refuses. */
  async take(turns: readonly Turn[]): Promise<AppError | null> {
    for (const [index, { key, rule }] of turns.entries()) {
      const { allowed, retryAfterMs } = await this.#limiter.consume(key, rule);
      if (allowed) continue;
      await this.giveBack(turns.slice(0, index));
      return new AppError('RATE_LIMITED', { retryAfterMs });
    }
    return null;
  }

  async giveBack(turns: readonly Turn[]): Promise<void> {
    for (const { key, rule } of turns) await this.#limiter.refund(key, rule);
  }
}

const limitOf = ({ messages, perSeconds }: NonNullable<RoomSettings['messageLimit']>): ports.RateRule => ({
  points: messages,
  durationMs: perSeconds * 1_000,
});

const slowMode = ({ slowModeSeconds }: RoomSettings): ports.RateRule => ({
  points: 1,
  durationMs: slowModeSeconds * 1_000,
});
