import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** `frozen`: nothing passes. `mute`: the server hears, and does, what it is told, and nobody hears its answers. */
type Mode = 'open' | 'frozen' | 'mute';

/** A way to the database that can be disturbed. */
export class FlakyLink {
  readonly url: string;
  mode: Mode = 'open';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, url: string) {
    this.#server = server;
    this.url = url;
  }

  static async to(url: string): Promise<FlakyLink> {
    const target = new URL(url);
    const server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        link.#sockets.add(from);
        from.on('error', () => undefined);
        from.on('data', (data) => {
          if (link.mode === 'open' || (link.mode === 'mute' && from === near)) to.write(data);
        });
        from.on('close', () => to.destroy());
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const through = new URL(url);
    through.port = String((server.address() as AddressInfo).port);
    const link: FlakyLink = new FlakyLink(server, through.href);
    return link;
  }

  /** Ends the connections that are open now. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
