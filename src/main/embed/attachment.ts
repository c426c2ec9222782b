import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** As Express and Connect have it, and callable without `next` from a plain HTTP server. */
export type RequestHandler = (
  request: IncomingMessage & { readonly originalUrl?: string },
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** An HTTP or HTTPS server. */
export interface UpgradableServer {
  on(event: 'upgrade', listener: Upgrade): unknown;
  off(event: 'upgrade', listener: Upgrade): unknown;
  listenerCount(event: 'upgrade'): number;
}

/**
 * Hands what the servers of an application receive under the base path to a server that never listens itself. So the
 * application's servers can be let go of, and are not closed with it.
 */
export class Attachment {
  readonly #inner: HttpServer;
  readonly #basePath: string;
  readonly #hosts = new Map<UpgradableServer, Upgrade>();
  #closed = false;

  constructor(inner: HttpServer, basePath: string) {
    this.#inner = inner;
    this.#basePath = basePath;
  }

  readonly handler: RequestHandler = (request, response, next) => {
    // Express takes away from `url` what a handler is mounted under.
    const url = request.originalUrl ?? request.url ?? '';
    if (!this.#closed && isUnder(this.#basePath, url)) {
      request.url = url;
      this.#inner.emit('request', request, response);
    } else if (next) next();
    else response.writeHead(404).end();
  };

  attach(host: UpgradableServer): void {
    if (this.#closed || this.#hosts.has(host)) return;
    const upgrade: Upgrade = (request, socket, head) => {
      if (isUnder(`${this.#basePath}/socket.io`, request.url ?? '')) this.#inner.emit('upgrade', request, socket, head);
      // Where nobody else listens, nobody else would ever answer.
      else if (host.listenerCount('upgrade') === 1) socket.destroy();
    };
    this.#hosts.set(host, upgrade);
    host.on('upgrade', upgrade);
  }

  /** Leaves the application's servers. What is connected stays so. */
  close(): void {
    this.#closed = true;
    for (const [host, upgrade] of this.#hosts) host.off('upgrade', upgrade);
    this.#hosts.clear();
  }
}

const isUnder = (path: string, url: string): boolean =>
  url.startsWith(path) && (url.length === path.length || '/?'.includes(url.charAt(path.length)));
