import type { Random } from '../random.ts';
import type { Recorder } from '../history.ts';
import type { SimTime } from '../sim-time.ts';
import type { Answer, Connection } from './connection.ts';

export interface Outgoing {
  readonly roomId: string;
  readonly key: string;
  readonly content: string;
}

interface OutboxDeps {
  readonly client: string;
  readonly userId: string;
  readonly time: SimTime;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly connection: () => Connection | null;
  /** A request of its own, to whichever node. */
  readonly request: (roomId: string, body: object) => Promise<Answer>;
  /** How many of all sends go as requests of their own, and how many go twice at a time. */
  readonly requestShare: number;
  readonly twiceShare: number;
}

/** A refusal after which this attempt is certainly not stored. */
const DEFINITE = new Set(['NOT_A_MEMBER', 'ROOM_NOT_FOUND', 'VALIDATION_FAILED', 'FORBIDDEN']);
const ACK_TIMEOUT_MS = 1_500;

/** Sends again, under the same key, until the server has said what became of it. */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #open = new Set<string>();
  #attempts = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  get unanswered(): readonly string[] {
    return [...this.#open];
  }

  async deliver(message: Outgoing): Promise<void> {
    const { time, random, twiceShare } = this.#deps;
    this.#open.add(message.key);
    while (this.#open.has(message.key)) {
      const isTwice = random.chance(twiceShare);
      const attempts = [this.#attempt(message)];
      // As a client with two tabs, or one that gives up too early, sends it: maybe even with another text.
      if (isTwice) attempts.push(this.#attempt(random.chance(0.2) ? { ...message, content: 'another text' } : message));
      await Promise.all(attempts);
      if (this.#open.has(message.key)) await time.sleep(random.between(20, 400));
    }
  }

  async #attempt({ roomId, key, content }: Outgoing): Promise<void> {
    const { client, userId, recorder, random, requestShare } = this.#deps;
    const connection = random.chance(requestShare) ? null : this.#deps.connection();
    const body = { content, clientMessageId: key };
    const attempt = (this.#attempts += 1);
    const via = connection?.id ?? null;
    recorder.note({ kind: 'send', client, roomId, userId, key, content, attempt, via });
    const answer = await (connection === null
      ? this.#deps.request(roomId, body)
      : connection.ask('send_message', { roomId, ...body }, ACK_TIMEOUT_MS));
    if (answer === 'late' || answer === 'lost') return;
    if (answer.ok) {
      const { id, seq } = placeOf(answer.data);
      recorder.note({ kind: 'acked', client, roomId, userId, key, id, seq, attempt });
      this.#open.delete(key);
      return;
    }
    const code = answer.error?.code ?? 'none';
    const definite = DEFINITE.has(code);
    recorder.note({ kind: 'refused', roomId, userId, key, code, definite, attempt });
    if (definite) this.#open.delete(key);
  }
}

/** The two transports tell the place of a message in different envelopes. */
function placeOf(data: unknown): { readonly id: string; readonly seq: number } {
  const envelope = data as {
    readonly message?: { id: string; seq: number };
    readonly id: string;
    readonly seq: number;
  };
  return envelope.message ?? envelope;
}
