import { io, type Socket } from 'socket.io-client';
import { contract, type HttpOperation } from '../../src/contract/contract.ts';
import type { Examples, HttpExample } from '../../src/contract/docs/examples.ts';
import { settled } from './settled.ts';

type Reply = Readonly<Record<string, unknown>>;
type Request = Pick<HttpExample, 'params' | 'query' | 'body'>;

const HEARD_MS = 5_000;

/** Somebody in the story: asks by HTTP, and by a socket once there is one. */
export class Actor {
  readonly #recorder: Recorder;
  #token = '';
  #socket: Socket | undefined;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** From now on this is who asks. */
  become(token: string): void {
    this.#token = token;
  }

  /** Resolves to the body of the answer. */
  ask<T = Reply>(operation: keyof typeof contract.http, request: Request = {}): Promise<T> {
    return this.#recorder.ask(operation, request, this.#token) as Promise<T>;
  }

  async connect(): Promise<void> {
    this.#socket = await this.#recorder.connect(this.#token);
  }

  /** Resolves to the ack. */
  async emit<T = Reply>(event: keyof typeof contract.clientEvents, payload: unknown): Promise<T> {
    return (await this.#recorder.emit(this.#open(), event, payload)) as T;
  }

  /** Without asking for an ack. */
  shout(event: string, payload: unknown): void {
    this.#open().emit(event, payload);
  }

  #open(): Socket {
    if (!this.#socket) throw new Error('There is no socket yet.');
    return this.#socket;
  }
}

/** Keeps the first of everything that is asked, answered and heard. */
export class Recorder {
  readonly #examples = { http: {}, clientEvents: {}, serverEvents: {} } as {
    readonly [K in keyof Examples]: Record<string, Examples[K][string]>;
  };
  readonly #sockets: Socket[] = [];
  #url = '';

  /** Which server to ask from now on. */
  at(url: string): this {
    this.#url = url;
    return this;
  }

  actor(): Actor {
    return new Actor(this);
  }

  async ask(name: keyof typeof contract.http, request: Request, token: string): Promise<unknown> {
    const { method, path }: HttpOperation = contract.http[name];
    const { params = {}, query = {}, body } = request;
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
    const response = await fetch(`${this.#url}${filled}?${new URLSearchParams(query).toString()}`, {
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const reply: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new Error(`${name} was answered ${response.status}: ${text}`);
    this.#examples.http[name] ??= { ...request, status: response.status, ...(reply === undefined ? {} : { reply }) };
    return reply;
  }

  async connect(token: string): Promise<Socket> {
    const socket = io(this.#url, { auth: { token }, transports: ['websocket'], forceNew: true });
    this.#sockets.push(socket);
    socket.onAny((event: string, payload: unknown) => (this.#examples.serverEvents[event] ??= payload));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return socket;
  }

  async emit(socket: Socket, event: string, payload: unknown): Promise<unknown> {
    const ack = (await socket.timeout(HEARD_MS).emitWithAck(event, payload)) as { ok: boolean };
    if (!ack.ok) throw new Error(`${event} was answered ${JSON.stringify(ack)}`);
    this.#examples.clientEvents[event] ??= { payload, ack };
    return ack;
  }

  /** Resolves when somebody has heard the event. */
  async heard(event: keyof typeof contract.serverEvents): Promise<void> {
    for (let waitedMs = 0; waitedMs < HEARD_MS; waitedMs += 10) {
      if (event in this.#examples.serverEvents) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`Nobody heard ${event}.`);
  }

  /** Everybody leaves; the examples, in the order of the contract. */
  finish(): Examples {
    for (const socket of this.#sockets) socket.disconnect();
    const inOrder = <T>(names: object, found: Record<string, T>) =>
      Object.fromEntries(
        Object.keys(names).map((name) => {
          if (!(name in found)) throw new Error(`The story has no ${name}.`);
          return [name, found[name] as T];
        }),
      );
    return settled({
      http: inOrder(contract.http, this.#examples.http),
      clientEvents: inOrder(contract.clientEvents, this.#examples.clientEvents),
      serverEvents: inOrder(contract.serverEvents, this.#examples.serverEvents),
    });
  }
}
