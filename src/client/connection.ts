import { checkAck } from './checks.ts';
import { isAboutToken } from './chat-error.ts';
import type { Surroundings, WireSocket } from './surroundings.ts';
import type { Ack, Answer, AskName, Payload, Reply } from './wire-types.ts';

/** What stands for an answer that makes no sense. */
const MALFORMED = {
  ok: false,
  error: { code: 'INTERNAL', message: 'The server answered with something else.' },
} as const;

interface ConnectionDeps {
  readonly after: Surroundings['after'];
  readonly ackTimeoutMs: number;
  /** The connection does not serve: no answer comes (`silent`), or its token does not do any more (`token`). */
  readonly giveUp: (why: 'silent' | 'token') => void;
}

/** One open connection: requests, each with its answer or none. */
export class Connection {
  readonly #socket: WireSocket;
  readonly #deps: ConnectionDeps;
  readonly #pending = new Set<() => void>();
  #isOver = false;

  constructor(socket: WireSocket, deps: ConnectionDeps) {
    this.#socket = socket;
    this.#deps = deps;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  ask<E extends AskName>(event: E, payload: Payload<E>): Promise<Answer<Reply<E>>> {
    if (this.#isOver) return Promise.resolve('lost');
    return new Promise((resolve) => {
      const settle = (answer: Answer<Reply<E>>) => {
        cancel();
        this.#pending.delete(lose);
        resolve(answer);
      };
      const lose = () => settle('lost');
      this.#pending.add(lose);
      // A connection that does not answer is given up: it may be open at this end only.
      const cancel = this.#deps.after(this.#deps.ackTimeoutMs, () => this.#deps.giveUp('silent'));
      this.#socket.emit(event, payload, (reply) => {
        const ack = checkAck(event, reply) as Ack<Reply<E>> | null;
        const isTokenSpent = ack?.ok === false && isAboutToken(ack.error) && event !== 'authenticate';
        if (isTokenSpent) return this.#deps.giveUp('token');
        settle(ack ?? MALFORMED);
      });
    });
  }

  /** Nobody will know what became of what is not answered yet. */
  end(): void {
    this.#isOver = true;
    this.#socket.close();
    for (const lose of [...this.#pending]) lose();
  }
}
