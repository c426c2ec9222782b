import type { Recorder } from '../history.ts';
import type { ServerPacket } from '../network/sim-server.ts';
import type { Random } from '../random.ts';
import type { SimTime } from '../sim-time.ts';
import type { Answer, Connection } from './connection.ts';
import { Outbox } from './outbox.ts';
import { Reader } from './reader.ts';
import { RoomView } from './room-view.ts';

export interface ClientDeps {
  readonly name: string;
  readonly userId: string;
  readonly time: SimTime;
  readonly random: Random;
  readonly recorder: Recorder;
  /** Tries to connect; null when nobody is there. */
  readonly connect: (client: SimClient) => Promise<Connection | null>;
  readonly request: (call: string, request: object) => Promise<Answer>;
  /** Where frames can get lost one by one, a client asks from time to time. */
  readonly syncEveryMs: number | null;
  readonly requestShare: number;
  readonly twiceShare: number;
}

interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly roomId: string;
  readonly type?: string;
  readonly userId?: string;
}

interface SyncReply {
  readonly rooms: readonly { readonly roomId: string; readonly events: readonly Entry[]; readonly headSeq: number }[];
  readonly gone: readonly string[];
  readonly complete: boolean;
}

const ASK_MS = 2_000;
const GAP_MS = 300;
const LOST_ROOM_MS = 500;

/** A device of a user, as a careful client library would behave. */
export class SimClient {
  readonly outbox: Outbox;
  readonly reads: Reader;
  readonly views = new Map<string, RoomView>();
  readonly #deps: ClientDeps;
  #connection: Connection | null = null;
  #isSyncing = false;
  #syncAgain = false;
  #gapTimer = false;

  constructor(deps: ClientDeps) {
    this.#deps = deps;
    this.reads = new Reader(deps);
    const { name: client, userId, time, random, recorder, requestShare, twiceShare } = deps;
    this.outbox = new Outbox({
      ...{ client, userId, time, random, recorder, requestShare, twiceShare },
      connection: () => this.#connection,
      request: (roomId, body) => deps.request('sendMessage', { params: { roomId }, body }),
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

  /** Connects, and connects again whenever the connection is lost. */
  async start(): Promise<void> {
    for (;;) {
      this.#connection = await this.#deps.connect(this);
      if (this.#connection !== null) break;
      await this.#deps.time.sleep(this.#deps.random.between(50, 500));
    }
    if (this.#deps.syncEveryMs !== null) this.#syncEvery(this.#connection, this.#deps.syncEveryMs);
    await this.sync();
  }

  heard(connection: Connection, packet: ServerPacket): void {
    if (packet.type === 'closed') return this.lost(connection);
    if (packet.type === 'ack') return connection.acked(packet.ackId, packet.reply);
    if (packet.type !== 'event' || connection !== this.#connection) return;
    const { recorder, userId } = this.#deps;
    if (packet.event === 'read_receipt' || packet.event === 'delivery_receipt') {
      const { roomId, seq, userId: reader } = packet.payload as Entry;
      const receipt = packet.event === 'read_receipt' ? 'read' : 'delivered';
      recorder.note({ kind: 'told-receipt', connection: connection.id, roomId, userId: reader ?? '', receipt, seq });
      return;
    }
    if (packet.event !== 'receive_message' && packet.event !== 'room_event') return;
    const entry = packet.payload as Entry;
    recorder.note({ kind: 'heard', connection: connection.id, userId, ...placeOf(entry) });
    this.#take(entry);
    this.#watchGaps();
  }

  /** The connection is over; the client has just noticed. */
  lost(connection: Connection): void {
    if (connection !== this.#connection) return connection.end();
    const { recorder, userId, time, random } = this.#deps;
    recorder.note({ kind: 'disconnected', connection: connection.id, userId });
    this.#connection = null;
    connection.end();
    time.after(random.between(5, 600), () => void this.start());
  }

  async join(roomId: string): Promise<void> {
    for (;;) {
      const known = this.views.get(roomId);
      const view = known ?? new RoomView();
      this.views.set(roomId, view);
      const connection = this.#connection;
      const answer = await this.#ask('join_room', { roomId });
      if (answer === 'late' || answer === 'lost') continue;
      if (answer.ok) {
        const { headSeq } = answer.data as { readonly headSeq: number };
        if (view.baseSeq === null) this.#placed(roomId, view.begin(headSeq));
        if (connection !== null && this.views.get(roomId) === view) this.#live(connection, roomId);
        this.#watchGaps();
        return;
      }
      if (!isPassing(answer.error?.code)) return this.#forget(roomId, view);
      await this.#deps.time.sleep(this.#deps.random.between(50, 400));
    }
  }

  /** It may have moved to another node meanwhile. When nobody can tell whether the room is there, it looks for it. */
  async create(): Promise<void> {
    const roomId = await this.reads.createRoom();
    if (roomId !== null) return this.join(roomId);
    this.#deps.recorder.note({ kind: 'creation-lost', userId: this.userId });
    await this.#deps.time.sleep(LOST_ROOM_MS);
    const known = new Set(this.views.keys());
    await this.sync();
    for (const roomId of this.views.keys()) if (!known.has(roomId)) void this.join(roomId);
  }

  async leave(roomId: string): Promise<void> {
    for (;;) {
      const answer = await this.#ask('leave_room', { roomId });
      if (answer === 'late' || answer === 'lost') continue;
      if (answer.ok || answer.error?.code === 'NOT_A_MEMBER') return this.#forget(roomId, this.views.get(roomId));
      if (!isPassing(answer.error?.code)) return;
      await this.#deps.time.sleep(this.#deps.random.between(50, 400));
    }
  }

  /** Tells what was read or delivered. Not repeated: a newer one tells it as well. */
  async mark(kind: 'read' | 'delivered', roomId: string, seq: number): Promise<void> {
    // What it has seen is certainly there; a place beyond that may be above the head.
    const certain = Math.min(seq, this.views.get(roomId)?.position ?? 0);
    const answer = await this.#ask(kind === 'read' ? 'read_receipt' : 'delivery_receipt', { roomId, seq });
    if (answer === 'late' || answer === 'lost' || !answer.ok) return;
    const { deliveredSeq, readSeq } = answer.data as { readonly deliveredSeq: number; readonly readSeq: number };
    const asked = { deliveredSeq: certain, readSeq: kind === 'read' ? certain : 0 };
    this.#deps.recorder.note({ kind: 'marks-acked', roomId, userId: this.userId, asked, deliveredSeq, readSeq });
  }

  /** Asks for what it may have missed until there is nothing more. */
  async sync(): Promise<void> {
    this.#syncAgain = this.#isSyncing;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    do {
      this.#syncAgain = false;
      const connection = this.#connection;
      if (connection === null) break;
      const named = [...this.views].filter(([, view]) => view.baseSeq !== null);
      const rooms = named.map(([roomId, view]) => ({ roomId, afterSeq: view.position }));
      const limit = this.#deps.random.pick([2, 10, 500]);
      const answer = await connection.ask('sync', { rooms, limit }, ASK_MS);
      if (answer === 'late' || answer === 'lost' || !answer.ok) {
        await this.#deps.time.sleep(this.#deps.random.between(50, 400));
        this.#syncAgain = this.#connection !== null;
        continue;
      }
      this.#synced(connection, new Map(named), answer.data as SyncReply);
    } while (this.#syncAgain);
    this.#isSyncing = false;
  }

  #synced(connection: Connection, named: ReadonlyMap<string, RoomView>, reply: SyncReply): void {
    for (const roomId of reply.gone) this.#forget(roomId, named.get(roomId));
    for (const { roomId, events, headSeq } of reply.rooms) {
      const view = this.views.get(roomId);
      // Another device of the user has joined it.
      if (view === undefined) this.#adopt(roomId, headSeq);
      else if (view === named.get(roomId)) for (const event of events) this.#take(event);
    }
    if (!reply.complete) this.#syncAgain = true;
    if (!reply.complete || connection !== this.#connection) return;
    for (const { roomId } of reply.rooms) this.#live(connection, roomId);
  }

  #adopt(roomId: string, baseSeq: number): RoomView {
    const view = new RoomView();
    this.views.set(roomId, view);
    this.#placed(roomId, view.begin(baseSeq));
    return view;
  }

  #take(entry: Entry): void {
    const { id, seq, roomId } = placeOf(entry);
    const isEnd = entry.type === 'member_left' || entry.type === 'member_removed';
    if (isEnd && entry.userId === this.userId) {
      const view = this.views.get(roomId);
      if (view?.baseSeq !== null && (view?.baseSeq ?? 0) < seq) this.#forget(roomId, view);
      return;
    }
    const isOwnJoin = entry.type === 'member_joined' && entry.userId === this.userId;
    const view = this.views.get(roomId) ?? (isOwnJoin ? this.#adopt(roomId, seq - 1) : undefined);
    if (view !== undefined) this.#placed(roomId, view.accept(seq, id));
  }

  #placed(roomId: string, entries: readonly { readonly seq: number; readonly id: string }[]): void {
    for (const { seq } of entries) this.#deps.recorder.note({ kind: 'applied', client: this.name, roomId, seq });
  }

  #forget(roomId: string, view: RoomView | undefined): void {
    if (view === undefined || this.views.get(roomId) !== view) return;
    this.views.delete(roomId);
    if (this.#connection === null) return;
    this.#deps.recorder.note({ kind: 'not-live', connection: this.#connection.id, roomId });
  }

  /** From here on the view of the room lives on what this connection brings. */
  #live({ id: connection }: Connection, roomId: string): void {
    const view = this.views.get(roomId);
    if (view === undefined || view.baseSeq === null) return;
    const { name: client, userId } = this;
    this.#deps.recorder.note({ kind: 'live', client, userId, connection, roomId, seq: view.position });
  }

  #watchGaps(): void {
    if (this.#gapTimer || ![...this.views.values()].some((view) => view.hasGap)) return;
    this.#gapTimer = true;
    this.#deps.time.after(GAP_MS, () => {
      this.#gapTimer = false;
      if ([...this.views.values()].some((view) => view.hasGap)) void this.sync();
    });
  }

  #syncEvery(connection: Connection, everyMs: number): void {
    this.#deps.time.after(everyMs, () => {
      if (connection !== this.#connection) return;
      void this.sync();
      this.#syncEvery(connection, everyMs);
    });
  }

  async #ask(event: string, payload: unknown): Promise<Answer> {
    if (this.#connection !== null) return this.#connection.ask(event, payload, ASK_MS);
    await this.#deps.time.sleep(100);
    return 'lost';
  }
}

const placeOf = ({ id, seq, roomId }: Entry) => ({ id, seq, roomId });

/** Whether it is worth trying again. */
const isPassing = (code: string | undefined): boolean => code === 'OVERLOADED' || code === 'RATE_LIMITED';
