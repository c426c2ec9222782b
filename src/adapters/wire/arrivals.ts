import type { LiveSocket } from './live-socket.ts';

/** Sockets between the first middleware and their CONNECT packet, which Socket.IO does not list anywhere. */
export class Arrivals {
  readonly #sockets = new Map<string, LiveSocket>();

  /** Until `take`, or until the connection is closed. */
  add(socket: LiveSocket): void {
    this.#sockets.set(socket.id, socket);
    socket.conn.once('close', () => this.#sockets.delete(socket.id));
  }

  get(connectionId: string): LiveSocket | undefined {
    return this.#sockets.get(connectionId);
  }

  /** It is connected now. */
  take(connectionId: string): void {
    this.#sockets.delete(connectionId);
  }
}
