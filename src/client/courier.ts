import { backoffMs } from './backoff.ts';
import { ChatError, isPassing } from './chat-error.ts';
import type { Link } from './link.ts';
import type { Pauses } from './pauses.ts';
import type { Surroundings } from './surroundings.ts';
import type { AskName, Payload, Reply } from './wire-types.ts';

export type Outcome<T> = { readonly ok: true; readonly data: T } | { readonly ok: false; readonly error: ChatError };

interface Patience {
  /** Looked at before every attempt: whether anybody still wants the answer. */
  readonly isWanted?: () => boolean;
  /** Tried in vain, and will be tried again after this. */
  readonly waiting?: (error: ChatError) => void;
}

/** Asks until there is an answer that stays. Only for requests that may be repeated. */
export class Courier {
  readonly #link: Link;
  readonly #pauses: Pauses;
  readonly #random: Surroundings['random'];

  constructor(link: Link, pauses: Pauses, random: Surroundings['random']) {
    this.#link = link;
    this.#pauses = pauses;
    this.#random = random;
  }

  /** Never rejects. `attempts` tells the answer to a first request from that to a repeated one. */
  async ask<E extends AskName>(
    event: E,
    payload: Payload<E>,
    { isWanted = () => true, waiting }: Patience = {},
  ): Promise<{ readonly outcome: Outcome<Reply<E>>; readonly attempts: number }> {
    let refusals = 0;
    for (let attempts = 1; ; attempts += 1) {
      const connection = await this.#link.opened();
      if (connection === null || !isWanted()) return { outcome: { ok: false, error: over() }, attempts };
      const answer = await connection.ask(event, payload);
      if (answer === 'lost') continue;
      if (answer.ok) return { outcome: answer, attempts };
      const error = ChatError.of(answer.error);
      if (!isPassing(error)) return { outcome: { ok: false, error }, attempts };
      waiting?.(error);
      const waitMs = backoffMs(refusals, this.#random, error.retryAfterMs);
      refusals += 1;
      await this.#pauses.pause(waitMs);
    }
  }
}

const over = () => new ChatError('CLOSED', 'The client was closed.');
