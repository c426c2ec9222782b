import type { Link } from '../network/link.ts';
import type { ClientPacket, ServerPacket } from '../network/sim-server.ts';
import type { SimTime } from '../sim-time.ts';

export interface Reply {
  readonly ok: boolean;
  readonly data?: unknown;
  readonly error?: { readonly code: string; readonly retryAfterMs?: number };
}

/** `lost`: the connection ended first. Either way nobody knows what became of the request. */
export type Answer = Reply | 'late' | 'lost';

export type ClientLink = Link<ClientPacket, ServerPacket>;

/** A client's end of one connection: requests with acks, and pushes in between. */
export class Connection {
  readonly id: string;
  readonly #time: SimTime;
  readonly #link: ClientLink;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #nextAck = 1;

  constructor(id: string, time: SimTime, link: ClientLink) {
    this.id = id;
    this.#time = time;
    this.#link = link;
  }

  get isOpen(): boolean {
    return this.#link.isOpen;
  }

  ask(event: string, payload: unknown, timeoutMs: number): Promise<Answer> {
    const ackId = this.#nextAck;
    this.#nextAck += 1;
    this.#link.toServer({ event, payload, ackId });
    return new Promise((resolve) => {
      const settle = (answer: Answer) => {
        cancel();
        this.#pending.delete(ackId);
        resolve(answer);
      };
      const cancel = this.#time.after(timeoutMs, () => settle('late'));
      this.#pending.set(ackId, settle);
    });
  }

  /** Nothing passes any more; the client does not know yet. */
  cut(): void {
    this.#link.cut();
  }

  acked(ackId: number, reply: unknown): void {
    this.#pending.get(ackId)?.(reply as Reply);
  }

  /** The client has noticed that it is over. */
  end(): void {
    this.#link.cut();
    for (const settle of [...this.#pending.values()]) settle('lost');
  }
}
