import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Reply } from './person.ts';

/* eslint-disable @typescript-eslint/no-explicit-any -- a plain client knows no types */

/**
 * A Socket.IO client that sends whatever text it is given: an ordinary one cannot send what is not well-formed, deep
 * nesting overflows its own stack, and it would not put `__proto__` into a packet.
 */
export class RawSocket {
  readonly events: { readonly event: string; readonly payload: any }[] = [];
  readonly #socket: WebSocket;
  readonly #replies = new Map<number, (reply: Reply) => void>();
  readonly #closed: Promise<void>;
  #nextAck = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = once(socket, 'close').then(
      () => undefined,
      () => undefined,
    );
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => this.#receive(data.toString()));
  }

  static async connect(url: string, token: string): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    const welcome = new Promise<string>((resolve) => {
      const listen = (data: Buffer) => {
        if (!data.toString().startsWith('4')) return;
        socket.off('message', listen);
        resolve(data.toString());
      };
      socket.on('message', listen);
    });
    socket.send(`40${JSON.stringify({ token })}`);
    const answer = await welcome;
    if (!answer.startsWith('40')) throw new Error(`was not let in: ${answer}`);
    return raw;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends the text as one frame, as it is; a buffer as a binary one. */
  send(frame: string | Buffer): void {
    this.#socket.send(frame);
  }

  /** Emits an event with these arguments, given as JSON texts, and resolves to the ack. */
  ask(event: string, ...args: readonly string[]): Promise<Reply> {
    const id = this.#nextAck;
    this.#nextAck += 1;
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${event} was not answered: ${args.join().slice(0, 200)}`)),
        8_000,
      );
      const settle = (then: () => void) => {
        clearTimeout(late);
        this.#replies.delete(id);
        then();
      };
      this.#replies.set(id, (reply) => settle(() => resolve(reply)));
      void this.#closed.then(() => settle(() => reject(new Error(`closed before ${event} was answered`))));
      this.send(`42${id}[${[JSON.stringify(event), ...args].join()}]`);
    });
  }

  /** Emits an event that asks for no ack. */
  tell(event: string, ...args: readonly string[]): void {
    this.send(`42[${[JSON.stringify(event), ...args].join()}]`);
  }

  /** Resolves when the server has closed the connection. */
  closed(): Promise<void> {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#socket.close();
    await this.#closed;
  }

  #receive(text: string): void {
    if (text === '2') this.send('3');
    const ack = /^43(\d+)(\[.*)$/s.exec(text);
    if (ack) this.#replies.get(Number(ack[1]))?.((JSON.parse(ack[2] ?? '[]') as [Reply])[0]);
    if (!text.startsWith('42[')) return;
    const [event, payload] = JSON.parse(text.slice(2)) as [string, unknown];
    this.events.push({ event, payload });
  }
}
