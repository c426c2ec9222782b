import { ackPacket, EncodedPackets } from './encoded-packets.ts';
import type { LiveSocket } from './live-socket.ts';

/** A reader that has let this much pile up on the server gets nothing more; it is cut off, reconnects and syncs. */
export const UNSENT_BYTES_MAX = 1_000_000;
/** The same for what others wrote to the connection, which is counted, not measured. */
const UNSENT_PACKETS_MAX = 5_000;
/** An answer of this size leaves by itself, so that no number of them is gathered in one turn. */
const LARGE_CHARS = 100_000;

interface Engine {
  readonly transport: {
    readonly name: string;
    readonly perMessageDeflate?: unknown;
    readonly socket?: { readonly bufferedAmount?: number; terminate?(): void };
  };
  readonly writeBuffer?: readonly unknown[];
  on(event: 'flush', handed: () => void): void;
  close(discard: boolean): void;
}

/** The parts of Socket.IO's sockets that its own adapter uses for broadcasts and its types do not name. */
interface SocketInternals {
  readonly client: { readonly conn: Engine; writeToEngine(packets: readonly string[], options: object): void };
  ack: (id: number) => (reply: unknown) => void;
}

const internalsOf = (socket: LiveSocket) => socket as unknown as SocketInternals;

interface Mail {
  acks: string[];
  readonly shared: EncodedPackets[];
}

/**
 * What leaves for a socket within one turn of the event loop leaves in one write: the acks of its own commands and
 * what its rooms were told. A committed batch is answered within one turn, so a busy socket costs one system call for
 * a batch and not one for each message. Frames are handed over as Socket.IO's own adapter does it for broadcasts, so
 * the order with whatever else is sent to the socket is kept, and a client sees no difference.
 */
export class SocketOutbox {
  #mail = new Map<LiveSocket, Mail>();
  /** Bytes that Engine.IO keeps until its transport can take them: a polling client's, or a slow reader's. */
  readonly #kept = new WeakMap<LiveSocket, { bytes: number }>();
  #scheduled = false;
  #delivered = 0;
  #slowReaders = 0;
  readonly #onCut: (socket: LiveSocket, error?: unknown) => void;

  /** `onCut` hears of sockets that were too far behind, or to which nothing could be written. */
  constructor(onCut: (socket: LiveSocket, error?: unknown) => void) {
    this.#onCut = onCut;
  }

  /** What rooms and users were told, counted for each socket that it was handed to. */
  get delivered(): number {
    return this.#delivered;
  }

  /** How many were cut because they were too far behind. */
  get slowReaders(): number {
    return this.#slowReaders;
  }

  /** From now on the acks of this socket go through the outbox. */
  adopt(socket: LiveSocket): void {
    const kept = { bytes: 0 };
    this.#kept.set(socket, kept);
    internalsOf(socket).client.conn.on('flush', () => (kept.bytes = 0));
    internalsOf(socket).ack = (id) => {
      let answered = false;
      return (reply) => {
        // As with Socket.IO itself, an event is answered once.
        if (answered) return;
        answered = true;
        const packet = ackPacket(id, reply);
        this.#mailOf(socket).acks.push(packet);
        if (packet.length > LARGE_CHARS) this.flush();
      };
    };
  }

  send(socket: LiveSocket, packets: EncodedPackets): void {
    this.#delivered += packets.packets.length;
    this.#mailOf(socket).shared.push(packets);
  }

  /** Writes what is waiting, now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#mail.size === 0) return;
    const mail = this.#mail;
    this.#mail = new Map();
    for (const [socket, { acks, shared }] of mail) {
      if (acks.length > 0) shared.unshift(new EncodedPackets(acks));
      try {
        this.#write(socket, shared);
      } catch (error) {
        // The others in line are to get theirs.
        cut(socket);
        this.#onCut(socket, error);
      }
    }
  }

  #write(socket: LiveSocket, mail: readonly EncodedPackets[]): void {
    const { conn } = internalsOf(socket).client;
    const kept = this.#kept.get(socket) ?? { bytes: 0 };
    const unsent = kept.bytes + (conn.transport.socket?.bufferedAmount ?? 0);
    // Looked at before and not after: how much one answer holds says nothing about its reader.
    if (unsent > UNSENT_BYTES_MAX || (conn.writeBuffer?.length ?? 0) > UNSENT_PACKETS_MAX) {
      cut(socket);
      this.#slowReaders += 1;
      this.#onCut(socket);
      return;
    }
    for (const { joined } of mail) kept.bytes += joined.length;
    write(socket, mail);
  }

  #mailOf(socket: LiveSocket): Mail {
    const known = this.#mail.get(socket);
    if (known) return known;
    const mail: Mail = { acks: [], shared: [] };
    this.#mail.set(socket, mail);
    this.schedule();
    return mail;
  }

  /** Everything that one commit lets loose happens before a flush that is scheduled by it. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }
}

function write(socket: LiveSocket, mail: readonly EncodedPackets[]): void {
  const { client } = internalsOf(socket);
  const { transport } = client.conn;
  if (transport.name === 'websocket' && !transport.perMessageDeflate) {
    const [first] = mail;
    const frames = mail.length === 1 && first ? first.joined : Buffer.concat(mail.map(({ joined }) => joined));
    // A WebSocket never goes back to polling, so the packet beside the frames is never looked at.
    client.writeToEngine(['2'], { preEncoded: true, wsPreEncodedFrame: [frames] });
    return;
  }
  // A polling connection may become a WebSocket before the packets leave, so each one brings its own frame.
  for (const { packets, separate } of mail) {
    for (const [index, packet] of packets.entries()) {
      client.writeToEngine([packet], { preEncoded: true, wsPreEncodedFrame: [separate[index]] });
    }
  }
}

/** Closes the connection under a socket that does not read: the client sees it lost, and comes back. */
function cut(socket: LiveSocket): void {
  const { conn } = internalsOf(socket).client;
  const { socket: stream } = conn.transport;
  // Not in good order, which would wait for the reader and keep everything until then.
  conn.close(true);
  stream?.terminate?.();
}
