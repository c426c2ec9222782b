import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AppError } from '../../../application/errors/app-error.ts';
import type { Clock, ExternalIdentity, IdentityProvider, Logger } from '../../../application/ports/index.ts';

/** What the application around this one knows about the bearer of a token. */
export interface HostUser {
  /** Who it is there: 1 to 255 characters, never reused for somebody else. */
  readonly id: string;
  /** Taken where it can be; a name that is missing, breaks the rules or is somebody's already is made up. */
  readonly username?: string | null;
  readonly email?: string | null;
  /** When the token was issued. Without it: when it was seen here first. */
  readonly issuedAt?: Date;
  /** When the token ends; its live connections are told a minute before, and cut. */
  readonly expiresAt: Date;
}

/** Null: the token is nobody's. Rejects when that cannot be said now; clients try again. */
export type Identify = (token: string) => Promise<HostUser | null> | HostUser | null;

export interface HostIdentityProviderOptions {
  readonly identify: Identify;
  /** Names the application among others whose users may be stored here. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const TOKEN_CHARS_MAX = 8_192;
const CLOCK_TOLERANCE_MS = 5_000;
/** An application that takes longer is as good as down. */
const ANSWER_MAX_MS = 5_000;
/** For so long an answer is believed, so that a client that asks a lot does not ask the application as often. */
const BELIEF_MS = 5_000;
const BELIEFS_MAX = 10_000;

const Answer = z.object({
  id: z
    .string()
    .min(1)
    .max(255)
    .refine((text) => text.isWellFormed()),
  username: z.string().nullish(),
  email: z.string().nullish(),
  issuedAt: z.date().optional(),
  expiresAt: z.date(),
});

interface Belief {
  readonly answer: Promise<z.output<typeof Answer> | null>;
  readonly firstSeenMs: number;
  readonly untilMs: number;
}

/** The users of the application that this one is a part of: it says itself whose a token is. */
export class HostIdentityProvider implements IdentityProvider {
  readonly #options: HostIdentityProviderOptions;
  readonly #beliefs = new Map<string, Belief>();

  constructor(options: HostIdentityProviderOptions) {
    this.#options = options;
  }

  async verify(token: string): Promise<ExternalIdentity> {
    if (typeof token !== 'string' || token === '' || token.length > TOKEN_CHARS_MAX) throw refused();
    const fingerprint = createHash('sha256').update(token, 'utf16le').digest('hex');
    const { answer, firstSeenMs } = this.#ask(token, fingerprint);
    const user = await answer;
    if (user === null) throw refused();
    const nowMs = this.#options.clock.nowMs();
    const [issuedAtMs, expiresAtMs] = [user.issuedAt?.getTime() ?? firstSeenMs, user.expiresAt.getTime()];
    if (expiresAtMs + CLOCK_TOLERANCE_MS <= nowMs) {
      throw new AppError('TOKEN_EXPIRED', { message: 'The token has expired.' });
    }
    if (user.issuedAt && (expiresAtMs <= issuedAtMs || issuedAtMs > nowMs + CLOCK_TOLERANCE_MS)) throw refused();
    const { issuer } = this.#options;
    const { id: subject, email = null, username = null } = user;
    return { issuer, subject, email: email || null, username: username || null, issuedAtMs, expiresAtMs, fingerprint };
  }

  #ask(token: string, fingerprint: string): Belief {
    const nowMs = this.#options.clock.nowMs();
    const known = this.#beliefs.get(fingerprint);
    if (known && known.untilMs > nowMs) return known;
    const answer = this.#answerOf(token);
    const belief = { answer, firstSeenMs: known?.firstSeenMs ?? nowMs, untilMs: nowMs + BELIEF_MS };
    this.#beliefs.set(fingerprint, belief);
    if (this.#beliefs.size > BELIEFS_MAX) {
      const oldest = this.#beliefs.keys().next();
      if (!oldest.done) this.#beliefs.delete(oldest.value);
    }
    const drop = () => {
      if (this.#beliefs.get(fingerprint) === belief) this.#beliefs.delete(fingerprint);
    };
    // Whoever is refused, and tries again, is asked about again.
    answer.then((user) => (user === null ? drop() : undefined), drop);
    return belief;
  }

  async #answerOf(token: string): Promise<z.output<typeof Answer> | null> {
    const { identify, logger } = this.#options;
    let given: unknown;
    try {
      given = await soon(async () => identify(token));
    } catch (error) {
      logger.error({ error }, 'the application could not say whose a token is');
      throw new AppError('OVERLOADED', { message: 'Who you are cannot be told now. Try again.', cause: error });
    }
    return given === null || given === undefined ? null : Answer.parse(given);
  }
}

async function soon<T>(ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`identify took longer than ${ANSWER_MAX_MS} ms`)), ANSWER_MAX_MS);
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const refused = () => new AppError('UNAUTHENTICATED', { message: 'The token is not valid.' });
