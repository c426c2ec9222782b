import { backoffMs } from './backoff.ts';
import { ChatError, isPassing } from './chat-error.ts';
import type { Link } from './link.ts';
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
  readonly #surroundings: Pick<Surroundings, 'after' | 'random'>;

  constructor(link: Link, surroundings: Pick<Surroundings, 'after' | 'random'>) {
    this.#link = link;
    this.#surroundings = surroundings;
  }

  /** Never rejects. `attempts` tells the answer to a first request from that to a repeated one. */
  async ask<E extends AskName>(
    event: E,
    payload: Payload<E>,
    { isWanted = () => true, waiting }: Patience = {},
  ): Promise<{ readonly outcome: Outcome<Reply<E>>; readonly attempts: number }> {
    const { after, random } = this.#surroundings;
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
      const waitMs = backoffMs(refusals, random, error.retryAfterMs);
      refusals += 1;
      await new Promise<void>((resolve) => after(waitMs, resolve));
    }
  }
}

const over = () => new ChatError('CLOSED', 'The client was closed.');
