import { encodeTextFrames } from './text-frames.ts';
import type { LiveSocket } from '../../wire/live-socket.ts';

/** A reader that lets this much pile up on the server is cut off; it reconnects and syncs. */
export const UNSENT_BYTES_MAX = 1_000_000;
/** The same for a polling client, whose unsent packets are counted, not measured. */
const UNSENT_PACKETS_MAX = 5_000;

interface RawTransport {
  readonly name: string;
  readonly perMessageDeflate?: unknown;
  readonly socket?: { readonly bufferedAmount?: number };
}

interface RawClient {
  readonly conn: { readonly transport: RawTransport; readonly writeBuffer?: readonly unknown[]; close(): void };
  writeToEngine(packets: readonly string[], options: object): void;
}

const clientOf = (socket: LiveSocket) => (socket as unknown as { client: RawClient }).client;

/**
 * Events encoded once and written to many sockets: all of them together as one buffer for a WebSocket, one by one for
 * every other transport. It goes through the door that Socket.IO's own adapter uses for its broadcasts, so the order
 * with everything else that is sent to the socket is kept.
 */
export class EncodedEvents {
  readonly #packets: readonly string[];
  #frames: Buffer | null = null;
  #singles: readonly Buffer[] | null = null;

  /** `packets` are Socket.IO packets: '2' plus the JSON of [event, payload]. */
  constructor(packets: readonly string[]) {
    this.#packets = packets;
  }

  /** False when the socket was too far behind and has been cut. */
  writeTo(socket: LiveSocket): boolean {
    const client = clientOf(socket);
    const { transport } = client.conn;
    if (transport.name === 'websocket' && !transport.perMessageDeflate) {
      // A WebSocket never goes back to polling, so the packet text beside the frames is never looked at.
      client.writeToEngine(['2'], { preEncoded: true, wsPreEncodedFrame: [this.#joined()] });
    } else {
      const singles = this.#separate();
      for (const [index, packet] of this.#packets.entries()) {
        client.writeToEngine([packet], { preEncoded: true, wsPreEncodedFrame: [singles[index]] });
      }
    }
    return !cutWhenBehind(socket);
  }

  #joined(): Buffer {
    // '4' is the message packet of Engine.IO.
    this.#frames ??= encodeTextFrames(this.#packets.map((packet) => `4${packet}`));
    return this.#frames;
  }

  /** A polling connection may become a WebSocket before the packet leaves, so each packet has its own frame. */
  #separate(): readonly Buffer[] {
    this.#singles ??= this.#packets.map((packet) => encodeTextFrames([`4${packet}`]));
    return this.#singles;
  }
}

/** Closes the connection under a socket that does not read; the client sees a lost connection and comes back. */
export function cutWhenBehind(socket: LiveSocket): boolean {
  const { conn } = clientOf(socket);
  const unsent = conn.transport.socket?.bufferedAmount ?? 0;
  const packets = conn.writeBuffer?.length ?? 0;
  if (unsent <= UNSENT_BYTES_MAX && packets <= UNSENT_PACKETS_MAX) return false;
  conn.close();
  return true;
}
