import { Chat } from '../../../src/client/chat.ts';
import type { ChatOptions } from '../../../src/client/session.ts';
import type { SocketHandlers, Surroundings } from '../../../src/client/surroundings.ts';

export const ME = 'user-me';
export const ROOM = 'room-1';

interface Asked {
  readonly event: string;
  readonly payload: unknown;
  readonly ack: (reply: unknown) => void;
}

/** The server's end of one connection; what the client asks waits here until the test answers. */
export class FakeSocket {
  readonly token: string;
  readonly handlers: SocketHandlers;
  readonly asked: Asked[] = [];
  isClosed = false;

  constructor(token: string, handlers: SocketHandlers) {
    this.token = token;
    this.handlers = handlers;
  }

  /** What was asked of this kind and is not answered yet. */
  open(event: string): Asked[] {
    return this.asked.filter((asked) => asked.event === event);
  }

  answer(event: string, reply: unknown): void {
    const index = this.asked.findIndex((asked) => asked.event === event);
    const [asked] = this.asked.splice(index, index < 0 ? 0 : 1);
    if (asked === undefined) throw new Error(`nobody asked ${event}`);
    if (!this.isClosed) asked.ack(reply);
  }

  message(seq: number, more: object = {}): void {
    this.handlers.heard('receive_message', message(seq, more));
  }
}

/** A message as it is pushed. */
export const message = (seq: number, more: object = {}) => ({
  ...{ id: `id-${seq}`, roomId: ROOM, seq, userId: 'somebody', content: `text ${seq}` },
  ...{ createdAt: '2026-11-23T00:00:00.000Z', ...more },
});

export const page = (headSeq: number, seqs: readonly number[], complete = true, roomId = ROOM) => ({
  ...{ roomId, headSeq, complete },
  events: seqs.map((seq) => ({ type: 'message', ...message(seq, { roomId }) })),
});

export const synced = (pages: readonly object[], gone: readonly string[] = [], complete = true) => ({
  ok: true,
  data: { rooms: pages, gone, complete },
});

export const refused = (code: string, retryAfterMs?: number) => ({
  ok: false,
  error: { code, message: code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

export const sent = (seq: number, deduplicated = false) => ({
  ok: true,
  data: { id: `id-${seq}`, seq, createdAt: '2026-11-23T00:00:00.000Z', deduplicated },
});

/** Everything around a client, in the hand of a test: time, chance, the network, the server. */
export class FakeWorld {
  readonly sockets: FakeSocket[] = [];
  readonly #tasks = new Set<{ readonly atMs: number; readonly task: () => void }>();
  #nowMs = 0;
  #ids = 0;

  readonly surroundings: Surroundings = {
    after: (ms, task) => {
      const item = { atMs: this.#nowMs + ms, task };
      this.#tasks.add(item);
      return () => void this.#tasks.delete(item);
    },
    random: () => 0.5,
    newId: () => `key-${(this.#ids += 1)}`,
    openSocket: (token, handlers) => {
      const socket = new FakeSocket(token, handlers);
      this.sockets.push(socket);
      return {
        emit: (event, payload, ack) => void socket.asked.push({ event, payload, ack }),
        close: () => (socket.isClosed = true),
      };
    },
    request: async () => ({ status: 200, body: { user: { id: ME } } }),
    onNetworkBack: () => () => undefined,
  };

  /** How many timers run. */
  get timers(): number {
    return this.#tasks.size;
  }

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('nobody has connected');
    return socket;
  }

  /** Lets time pass, task by task, with whatever follows from each. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await turn();
    for (;;) {
      const [next] = [...this.#tasks].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs);
      if (!next) break;
      this.#nowMs = next.atMs;
      this.#tasks.delete(next);
      next.task();
      await turn();
    }
    this.#nowMs = untilMs;
  }

  /** A client that is connected and has asked for the first `sync`. */
  async connected(options: Partial<ChatOptions> = {}): Promise<Chat> {
    const chat = new Chat({ token: 'a token', ...options }, this.surroundings);
    const started = chat.start();
    await turn();
    this.socket.handlers.opened();
    await started;
    return chat;
  }

  /** The same, and nothing is missing: the user is in one room, at this place. */
  async live(headSeq: number, options: Partial<ChatOptions> = {}): Promise<Chat> {
    const chat = await this.connected(options);
    await this.pass(0);
    this.socket.answer('sync', synced([page(headSeq, [])]));
    await turn();
    return chat;
  }

  /** The connection ends, and the next one is there. */
  async reconnect(): Promise<void> {
    this.socket.handlers.lost('transport close');
    await this.pass(500);
    this.socket.handlers.opened();
    await turn();
  }
}

/** Everything that follows without time passing. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Seqs of the messages that a client is told, as they are told. */
export function told(chat: Chat): number[] {
  const seqs: number[] = [];
  chat.on('message', ({ seq }) => seqs.push(seq));
  return seqs;
}
