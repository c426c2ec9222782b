import { Chat } from '../../../src/client/chat.ts';
import type { SocketHandlers, Surroundings } from '../../../src/client/surroundings.ts';
import type { LogEntry } from '../../../src/client/wire-types.ts';
import type { Recorder } from '../history.ts';
import type { ServerPacket } from '../network/sim-server.ts';
import type { Random } from '../random.ts';
import type { SimTime } from '../sim-time.ts';
import type { Answer, Connection, Reply } from './connection.ts';
import type { Outgoing } from './outbox.ts';
import { Reader } from './reader.ts';
import type { ClientView, SimulatedClient } from './simulated-client.ts';

interface SdkClientDeps {
  readonly name: string;
  readonly userId: string;
  readonly time: SimTime;
  readonly random: Random;
  readonly recorder: Recorder;
  readonly connect: (client: SimulatedClient) => Promise<Connection | null>;
  readonly request: (call: string, request: object) => Promise<Answer>;
  /** When everything works again, which a page is told by its browser. */
  readonly healAtMs: number;
}

/** Refusals after which this attempt is certainly not stored. */
const DEFINITE = new Set(['NOT_A_MEMBER', 'ROOM_NOT_FOUND', 'VALIDATION_FAILED', 'FORBIDDEN']);
/** Longer than a run: the client has a limit of its own. */
const NEVER_MS = 1e9;
const ACK_TIMEOUT_MS = 2_000;

/** What the client told of a room, as it told it: what comes early or twice is seen at the end. */
class View implements ClientView {
  readonly baseSeq: number;
  readonly ids: string[] = [];

  constructor(baseSeq: number) {
    this.baseSeq = baseSeq;
  }

  get position(): number {
    return this.baseSeq + this.ids.length;
  }
}

/** The published client, on the simulated network. */
export class SdkClient implements SimulatedClient {
  readonly views = new Map<string, View>();
  readonly reads: Reader;
  readonly #deps: SdkClientDeps;
  readonly #chat: Chat;
  #connection: Connection | null = null;
  #handlers: SocketHandlers | null = null;
  #attempts = 0;

  constructor(deps: SdkClientDeps) {
    this.#deps = deps;
    this.reads = new Reader(deps);
    this.#chat = new Chat({ token: 'a token', ackTimeoutMs: ACK_TIMEOUT_MS }, this.#surroundings());
    this.#chat.on('entered', ({ roomId, position }) => {
      this.views.set(roomId, new View(position));
    });
    this.#chat.on('message', (entry) => this.#told(entry));
    this.#chat.on('room_event', (entry) => this.#told(entry));
    this.#chat.on('gone', ({ roomId }) => {
      this.views.delete(roomId);
      if (this.#connection) deps.recorder.note({ kind: 'not-live', connection: this.#connection.id, roomId });
    });
    this.#chat.on('state', ({ state }) => {
      if (state === 'live') for (const roomId of this.views.keys()) this.#live(roomId);
    });
  }

  get name(): string {
    return this.#deps.name;
  }

  get userId(): string {
    return this.#deps.userId;
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  readonly outbox = {
    deliver: async ({ roomId, content, key }: Outgoing): Promise<void> => {
      await this.#chat.send(roomId, content, key).settled;
    },
    waiting: (): readonly string[] => this.#chat.pending.map(({ clientMessageId }) => clientMessageId),
    get unanswered(): readonly string[] {
      return this.waiting();
    },
  };

  start(): Promise<void> {
    return this.#chat.start();
  }

  heard(connection: Connection, packet: ServerPacket): void {
    if (packet.type === 'closed') return this.lost(connection);
    if (packet.type === 'ack') return connection.acked(packet.ackId, packet.reply);
    if (packet.type !== 'event' || connection !== this.#connection) return;
    const { recorder, userId } = this.#deps;
    const entry = packet.payload as LogEntry;
    if (packet.event === 'receive_message' || packet.event === 'room_event') {
      const { roomId, seq, id } = entry;
      recorder.note({ kind: 'heard', connection: connection.id, userId, roomId, seq, id });
    }
    this.#handlers?.heard(packet.event, packet.payload);
  }

  lost(connection: Connection): void {
    const handlers = this.#handlers;
    if (connection !== this.#connection) return connection.end();
    this.#disconnected();
    handlers?.lost('transport close');
  }

  async join(roomId: string): Promise<void> {
    const joined = await this.#chat.join({ roomId }).catch(() => null);
    if (joined) this.#live(roomId);
  }

  async leave(roomId: string): Promise<void> {
    await this.#chat.leave(roomId).catch(() => undefined);
  }

  async mark(kind: 'read' | 'delivered', roomId: string, seq: number): Promise<void> {
    if (kind === 'read') this.#chat.markRead(roomId, seq);
    else this.#chat.markDelivered(roomId, seq);
  }

  async create(): Promise<void> {
    const roomId = await this.reads.createRoom();
    if (roomId !== null) return this.join(roomId);
    // It may be there all the same; this device finds it when it connects again.
    this.#deps.recorder.note({ kind: 'creation-lost', userId: this.userId });
  }

  #surroundings(): Surroundings {
    const { time, random, userId, healAtMs } = this.#deps;
    return {
      after: (ms, task) => time.after(ms, task),
      // A run lasts some seconds, so what is waited is a tenth.
      random: () => random.next() / 10,
      newId: () => `${this.name}-${(this.#attempts += 1)}`,
      request: async () => ({ status: 200, body: { user: { id: userId } } }),
      onNetworkBack: (task) => time.at(healAtMs, task),
      openSocket: (_, handlers) => this.#open(handlers),
    };
  }

  #open(handlers: SocketHandlers): ReturnType<Surroundings['openSocket']> {
    let connection: Connection | null = null;
    let isOver = false;
    void this.#deps.connect(this).then((made) => {
      if (isOver) return made?.end();
      if (made === null) {
        isOver = true;
        return handlers.refused(null, 'nobody is there');
      }
      connection = made;
      this.#connection = made;
      this.#handlers = handlers;
      handlers.opened();
    });
    return {
      emit: (event, payload, ack) => {
        if (connection) void this.#ask(connection, event, payload).then((reply) => reply && !isOver && ack(reply));
      },
      close: () => {
        isOver = true;
        if (connection && connection === this.#connection) this.#disconnected();
        connection?.end();
      },
    };
  }

  async #ask(connection: Connection, event: string, payload: unknown): Promise<Reply | null> {
    const attempt = (this.#attempts += 1);
    const { recorder, userId } = this.#deps;
    const asked = payload as { roomId: string; seq: number; content: string; clientMessageId: string };
    const { roomId, content, clientMessageId: key } = asked;
    const certain = Math.min(asked.seq, this.views.get(roomId)?.position ?? 0);
    const isSend = event === 'send_message';
    const sent = { client: this.name, roomId, userId, key, attempt };
    if (isSend) recorder.note({ kind: 'send', ...sent, content, via: connection.id });
    const answer = await connection.ask(event, payload, NEVER_MS);
    if (answer === 'late' || answer === 'lost') return null;
    const code = answer.error?.code ?? 'none';
    if (isSend && answer.ok) {
      const { id, seq } = answer.data as { readonly id: string; readonly seq: number };
      recorder.note({ kind: 'acked', ...sent, id, seq });
    } else if (isSend) {
      recorder.note({ kind: 'refused', roomId, userId, key, code, definite: DEFINITE.has(code), attempt });
    } else if (answer.ok && (event === 'read_receipt' || event === 'delivery_receipt')) {
      const { deliveredSeq, readSeq } = answer.data as { readonly deliveredSeq: number; readonly readSeq: number };
      const marked = { deliveredSeq: certain, readSeq: event === 'read_receipt' ? certain : 0 };
      recorder.note({ kind: 'marks-acked', roomId, userId, asked: marked, deliveredSeq, readSeq });
    }
    return answer;
  }

  #told({ roomId, seq, id }: LogEntry): void {
    this.views.get(roomId)?.ids.push(id);
    this.#deps.recorder.note({ kind: 'applied', client: this.name, roomId, seq });
  }

  /** From here on the view of the room lives on what this connection brings. */
  #live(roomId: string): void {
    const { name: client, userId, recorder } = this.#deps;
    const view = this.views.get(roomId);
    if (!view || !this.#connection || this.#chat.state !== 'live') return;
    recorder.note({ kind: 'live', client, userId, connection: this.#connection.id, roomId, seq: view.position });
  }

  #disconnected(): void {
    const { recorder, userId } = this.#deps;
    if (this.#connection) recorder.note({ kind: 'disconnected', connection: this.#connection.id, userId });
    this.#connection = null;
    this.#handlers = null;
  }
}
