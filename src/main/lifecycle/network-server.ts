import type { Server as HttpServer } from 'node:http';
import type { LiveServer } from '../../adapters/wire/live-socket.ts';
import type { InFlight } from './in-flight.ts';

/** Clients come back at a random moment within this time, so that they do not all come at once. */
const RECONNECT_SPREAD_MS = 3_000;
const CLOSE_BATCH = 200;
const CLOSE_PAUSE_MS = 50;
const POLL_MS = 20;
/** The most time that commands, which have begun, get to finish. */
const IN_FLIGHT_MS = 5_000;
/** The most time that frames, which are written already, get to leave the process. */
const FLUSH_MS = 2_000;
/** The most time that clients get to say goodbye. */
const FAREWELL_MS = 500;

interface NetworkServerDeps {
  readonly http: HttpServer;
  readonly io: LiveServer;
  readonly inFlight: InFlight;
  readonly host: string;
  readonly port: number;
  readonly random: () => number;
}

/** The listening socket and everything connected to it. */
export class NetworkServer {
  readonly http: HttpServer;
  readonly #deps: NetworkServerDeps;
  #draining = false;

  constructor(deps: NetworkServerDeps) {
    this.http = deps.http;
    this.#deps = deps;
  }

  get draining(): boolean {
    return this.#draining;
  }

  listen(): Promise<void> {
    const { host, port } = this.#deps;
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen({ host, port, backlog: 1_024 }, () => {
        this.http.off('error', reject);
        resolve();
      });
    });
  }

  /** Refuses what is new, lets what has begun finish and be answered, tells the clients when to come back, closes. */
  async drain(): Promise<void> {
    const { io, inFlight, random } = this.#deps;
    this.#draining = true;
    inFlight.close();
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    this.http.closeIdleConnections();
    for (const socket of io.of('/').sockets.values()) {
      socket.emit('draining', { reconnectAfterMs: Math.round(random() * RECONNECT_SPREAD_MS) });
    }
    await Promise.race([inFlight.idle(), pause(IN_FLIGHT_MS)]);
    await this.#flushed();
    const peers = webSocketsOf(io);
    const sockets = [...io.of('/').sockets.values()];
    for (let start = 0; start < sockets.length; start += CLOSE_BATCH) {
      // Closed below Socket.IO: a plain client reconnects by itself, which it does not after a disconnect by the
      // server.
      for (const socket of sockets.slice(start, start + CLOSE_BATCH)) socket.conn.close();
      if (start + CLOSE_BATCH < sockets.length) await pause(CLOSE_PAUSE_MS);
    }
    const ended = io.close();
    await this.#parted(peers);
    // Whoever says nothing, or reads nothing, would be waited for.
    this.http.closeAllConnections();
    for (const peer of peers) peer.terminate();
    await Promise.all([ended, closed]);
  }

  /** Waits a moment for the other side of each closing. */
  async #parted(peers: readonly WebSocket[]): Promise<void> {
    for (let waitedMs = 0; waitedMs < FAREWELL_MS; waitedMs += POLL_MS) {
      if (peers.every(({ readyState }) => readyState === CLOSED)) return;
      await pause(POLL_MS);
    }
  }

  /** Waits until the acks that were written have left; `io.close()` throws away what is still buffered. */
  async #flushed(): Promise<void> {
    const { io } = this.#deps;
    // Acks wait for the end of their turn before they are written at all.
    await pause(POLL_MS);
    for (let waitedMs = 0; waitedMs < FLUSH_MS; waitedMs += POLL_MS) {
      const pending = [...io.of('/').sockets.values()].some(({ conn }) => {
        const { transport, writeBuffer } = conn as unknown as {
          transport: { socket?: { bufferedAmount?: number } };
          writeBuffer: readonly unknown[];
        };
        return (transport.socket?.bufferedAmount ?? 0) > 0 || writeBuffer.length > 0;
      });
      if (!pending) return;
      await pause(POLL_MS);
    }
  }
}

interface WebSocket {
  readonly readyState: number;
  terminate(): void;
}

const CLOSED = 3;

/** Those of polling clients are none. */
function webSocketsOf(io: LiveServer): WebSocket[] {
  const { clients } = io.engine as unknown as {
    readonly clients: Readonly<Record<string, { readonly transport: { readonly socket?: WebSocket } }>>;
  };
  return Object.values(clients).flatMap(({ transport }) => transport.socket ?? []);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
