import type { LiveNamespace, LiveServer, LiveSocket, LiveSocketData } from '../../../src/adapters/wire/live-socket.ts';

/** A packet of a client: an event and the number under which its ack is wanted. */
export interface ClientPacket {
  readonly event: string;
  readonly payload: unknown;
  readonly ackId: number;
}

export type ServerPacket =
  | { readonly type: 'connected' | 'refused' | 'closed' }
  | { readonly type: 'event'; readonly event: string; readonly payload: unknown }
  | { readonly type: 'ack'; readonly ackId: number; readonly reply: unknown };

type Handler = (...args: unknown[]) => void;

/** What a connection needs of Socket.IO's sockets; frames leave through `write`. */
class SimSocket {
  readonly id: string;
  readonly handshake: { readonly auth: { readonly token: string }; readonly headers: object };
  data = {} as LiveSocketData;
  readonly handlers = new Map<string, Handler>();
  readonly client;
  readonly #server: SimServer;
  readonly #write: (packet: ServerPacket) => void;
  readonly #onClose: (() => void)[] = [];
  isConnected = true;

  constructor(server: SimServer, id: string, token: string, write: (packet: ServerPacket) => void) {
    this.#server = server;
    this.id = id;
    this.handshake = { auth: { token }, headers: {} };
    this.#write = write;
    const transport = { name: 'websocket', socket: { bufferedAmount: 0 } };
    const once = (_close: string, then: () => void) => void this.#onClose.push(then);
    this.client = {
      conn: { transport, readyState: 'open', writeBuffer: [], on: () => undefined, once, close: () => this.end() },
      writeToEngine: (_packets: readonly string[], options: { wsPreEncodedFrame: readonly Buffer[] }) => {
        for (const buffer of options.wsPreEncodedFrame) for (const packet of packetsOf(buffer)) this.#send(packet);
      },
    };
  }

  get connected(): boolean {
    return this.isConnected;
  }

  get conn() {
    return this.client.conn;
  }

  /** The outbox puts its own in this place. */
  ack(ackId: number): (reply: unknown) => void {
    return (reply) => this.#send({ type: 'ack', ackId, reply });
  }

  on(event: string, handler: Handler): void {
    this.handlers.set(event, handler);
  }

  /** The clients of a run know the names of all events. */
  onAny(): void {}

  once(event: string, handler: Handler): void {
    this.handlers.set(event, handler);
  }

  join(channels: string | readonly string[]): void {
    if (!this.isConnected) return;
    for (const channel of [channels].flat()) this.#server.channel(channel).add(this.id);
  }

  leave(channel: string): void {
    this.#server.channel(channel).delete(this.id);
    if (this.#server.channel(channel).size === 0) this.#server.adapter.rooms.delete(channel);
  }

  emit(event: string, payload: unknown): void {
    this.#send({ type: 'event', event, payload: JSON.parse(JSON.stringify(payload)) as unknown });
  }

  disconnect(): void {
    this.end();
  }

  /** The connection is over, for whatever reason. */
  end(): void {
    if (!this.isConnected) return;
    this.isConnected = false;
    this.#server.sockets.delete(this.id);
    for (const channel of this.#server.adapter.rooms.keys()) this.leave(channel);
    for (const then of this.#onClose) then();
    this.handlers.get('disconnect')?.();
    this.#write({ type: 'closed' });
  }

  receive({ event, payload, ackId }: ClientPacket): void {
    if (this.isConnected) this.handlers.get(event)?.(payload, this.ack(ackId));
  }

  #send(packet: ServerPacket): void {
    if (this.isConnected) this.#write(packet);
  }
}

type Middleware = (socket: LiveSocket, next: (error?: Error) => void) => void;

/** Socket.IO's server and main namespace, as far as the product uses them. */
export class SimServer {
  readonly adapter = { rooms: new Map<string, Set<string>>() };
  readonly sockets = new Map<string, SimSocket>();
  #middleware: Middleware = (_socket, next) => next();
  #onConnection: (socket: LiveSocket) => void = () => undefined;

  get asServer(): LiveServer {
    return this as unknown as LiveServer;
  }

  get asNamespace(): LiveNamespace {
    return this as unknown as LiveNamespace;
  }

  use(middleware: Middleware): void {
    this.#middleware = middleware;
  }

  on(_connection: string, handler: (socket: LiveSocket) => void): void {
    this.#onConnection = handler;
  }

  to(channels: string | readonly string[]) {
    const reached = new Set([channels].flat().flatMap((channel) => [...(this.adapter.rooms.get(channel) ?? [])]));
    return {
      except: (channel: string) => ({
        emit: (event: string, payload: unknown) => {
          const left = this.adapter.rooms.get(channel);
          for (const id of reached) if (!left?.has(id)) this.sockets.get(id)?.emit(event, payload);
        },
      }),
    };
  }

  channel(name: string): Set<string> {
    const found = this.adapter.rooms.get(name) ?? new Set();
    this.adapter.rooms.set(name, found);
    return found;
  }

  /** A client knocks. What it sends before it is let in is lost, as with a real one. */
  accept(id: string, token: string, write: (packet: ServerPacket) => void): (packet: ClientPacket | 'gone') => void {
    const socket = new SimSocket(this, id, token, write);
    const live = socket as unknown as LiveSocket;
    this.#middleware(live, (error) => {
      if (!socket.isConnected) return;
      if (error !== undefined) return write({ type: 'refused' });
      this.sockets.set(id, socket);
      write({ type: 'connected' });
      this.#onConnection(live);
    });
    return (packet) => {
      if (packet === 'gone') socket.end();
      else if (this.sockets.has(id)) socket.receive(packet);
    };
  }
}

/** The same buffer goes to every socket of a room. */
const decoded = new WeakMap<Buffer, readonly ServerPacket[]>();

function packetsOf(buffer: Buffer): readonly ServerPacket[] {
  const known = decoded.get(buffer);
  if (known !== undefined) return known;
  const packets = [...textsOf(buffer)].map(packetOf);
  decoded.set(buffer, packets);
  return packets;
}

/** The texts of whole, unmasked WebSocket text frames. */
function* textsOf(buffer: Buffer): Generator<string> {
  for (let offset = 0; offset < buffer.length;) {
    const short = (buffer[offset + 1] ?? 0) & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    const length =
      short < 126 ? short : short === 126 ? buffer.readUInt16BE(offset + 2) : buffer.readUInt32BE(offset + 6);
    yield buffer.toString('utf8', offset + header, offset + header + length);
    offset += header + length;
  }
}

/** A message packet of Engine.IO that holds an EVENT or an ACK of Socket.IO. */
function packetOf(text: string): ServerPacket {
  if (text.startsWith('42')) {
    const [event, payload] = JSON.parse(text.slice(2)) as [string, unknown];
    return { type: 'event', event, payload };
  }
  const ack = /^43(\d+)/.exec(text);
  if (ack === null) throw new Error(`Not a packet: ${text}`);
  const [reply] = JSON.parse(text.slice(ack[0].length)) as [unknown];
  return { type: 'ack', ackId: Number(ack[1]), reply };
}
