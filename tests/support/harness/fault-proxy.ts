import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A link that can be hurt, between a node and what it depends on. */
export interface FaultProxy {
  readonly port: number;
  /** Ends what is connected and refuses what comes. */
  cut(): void;
  /** Ends what is connected, without a word (RST); what comes is let through. */
  reset(): void;
  /** Keeps connections open and lets nothing through, either way: half open. */
  swallow(): void;
  /** Everything arrives, in its order, so much later. */
  delay(ms: number): void;
  /** Everything arrives in pieces of so many bytes at most. */
  slice(bytes: number): void;
  heal(): void;
  close(): Promise<void>;
}

type Mode =
  | { readonly type: 'open' | 'cut' | 'swallow' }
  | { readonly type: 'delay'; readonly ms: number }
  | { readonly type: 'slice'; readonly bytes: number };

const OPEN: Mode = { type: 'open' };

/** One direction of one connection: what is written leaves in its order, whatever the mode was when it came. */
class Pipe {
  readonly #to: Socket;
  #last: Promise<void> = Promise.resolve();
  #pending = 0;

  constructor(to: Socket) {
    this.#to = to;
  }

  write(data: Buffer, mode: Mode): void {
    if (mode.type === 'open' && this.#pending === 0) return void this.#to.write(data);
    this.#pending += 1;
    const due = mode.type === 'delay' ? new Promise((resolve) => setTimeout(resolve, mode.ms)) : Promise.resolve();
    this.#last = this.#last.then(async () => {
      await due;
      if (mode.type === 'slice') await this.#writeSliced(data, mode.bytes);
      else if (!this.#to.destroyed) this.#to.write(data);
      this.#pending -= 1;
    });
  }

  async #writeSliced(data: Buffer, bytes: number): Promise<void> {
    for (let start = 0; start < data.length && !this.#to.destroyed; start += bytes) {
      this.#to.write(data.subarray(start, start + bytes));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

export async function faultProxy(target: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
  let mode = OPEN;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (mode.type === 'cut') return void near.destroy();
    const far = connect(target);
    near.setNoDelay();
    far.setNoDelay();
    const pass = (from: Socket, to: Socket) => {
      const pipe = new Pipe(to);
      sockets.add(from);
      from.on('data', (data) => {
        if (mode.type !== 'swallow') pipe.write(data, mode);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endAll = (end: (socket: Socket) => void) => sockets.forEach(end);
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      mode = { type: 'cut' };
      endAll((socket) => socket.destroy());
    },
    reset: () => endAll((socket) => socket.resetAndDestroy()),
    swallow: () => {
      mode = { type: 'swallow' };
    },
    delay: (ms) => {
      mode = { type: 'delay', ms };
    },
    slice: (bytes) => {
      mode = { type: 'slice', bytes };
    },
    heal: () => {
      // What was swallowed is missing in the middle of the streams, so they cannot go on.
      if (mode.type === 'swallow') endAll((socket) => socket.destroy());
      mode = OPEN;
    },
    close: async () => {
      endAll((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
