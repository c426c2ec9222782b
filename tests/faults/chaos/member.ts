import type { Random } from '../../simulation/random.ts';
import { call } from '../../support/harness/http.ts';
import { Device, type Person, type Reply } from '../../support/harness/person.ts';
import { pause } from './cluster.ts';
import type { Absence, Acked, ConnectionRecord, LogEntry } from './history.ts';

const ASK_MS = 4_000;
/** What a client that keeps to the contract tries again. */
const PASSING = new Set(['OVERLOADED', 'RATE_LIMITED']);
/** What it meets after it was put out, or left and came back. */
const OUTSIDE = new Set(['NOT_A_MEMBER']);

interface MemberDeps {
  readonly person: Person;
  readonly random: Random;
  /** The nodes that run now. */
  readonly urls: () => readonly string[];
  readonly rooms: readonly string[];
  /** Whom this one, who owns the rooms, puts out now and then. */
  readonly victims: readonly Person[];
}

/** A client that keeps to the contract: it repeats what was not acknowledged, and syncs after every connection. */
export class Member {
  readonly acked: Acked[] = [];
  readonly connections: ConnectionRecord[] = [];
  readonly absences: Absence[] = [];
  readonly refused: string[] = [];
  readonly #deps: MemberDeps;
  readonly #views: Map<string, Set<number>>;
  #device: Device | null = null;
  #record: ConnectionRecord | null = null;
  #sent = 0;

  constructor(deps: MemberDeps) {
    this.#deps = deps;
    this.#views = new Map(deps.rooms.map((roomId) => [roomId, new Set<number>()]));
  }

  get userId(): string {
    return this.#deps.person.id;
  }

  get views(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#views;
  }

  /** Speaks, reads, leaves and comes back until it is told to stop; then what it has begun is done. */
  async work(isGoing: () => boolean): Promise<void> {
    const { random, rooms } = this.#deps;
    while (isGoing()) {
      const roomId = random.pick(rooms);
      const dice = random.next();
      if (dice < 0.02) await this.#comeAndGo(roomId);
      else if (dice < 0.04) await this.#putOut(roomId);
      else if (dice < 0.1) await this.#ask('read_receipt', { roomId, seq: Math.max(1, this.#position(roomId)) });
      else await this.#say(roomId);
      await pause(random.between(5, 60));
    }
  }

  /** Is connected, a member everywhere, and has all that it can be told. */
  async settle(): Promise<void> {
    for (const roomId of this.#deps.rooms) await this.#join(roomId);
    await this.#sync();
  }

  async sync(): Promise<void> {
    await this.#sync();
  }

  close(): void {
    this.#drop();
  }

  async #say(roomId: string): Promise<void> {
    this.#sent += 1;
    const clientMessageId = `${this.userId.slice(-6)}-${this.#sent}`;
    for (;;) {
      const reply = await this.#ask('send_message', { roomId, content: clientMessageId, clientMessageId });
      if (reply?.ok) {
        const { id, seq } = reply.data as { id: string; seq: number };
        this.acked.push({ roomId, userId: this.userId, clientMessageId, id, seq, atMs: performance.now() });
        return;
      }
      const code = reply?.error?.code;
      // Put out, so that the message is not stored and never will be.
      if (code && OUTSIDE.has(code)) return this.#join(roomId);
      await this.#bear('send_message', code);
    }
  }

  /** Whether it succeeded does not matter: the log says it. */
  async #putOut(roomId: string): Promise<void> {
    const { person, random, urls, victims } = this.#deps;
    const [url] = urls();
    if (victims.length === 0 || url === undefined) return;
    const path = `/api/rooms/${roomId}/members/${random.pick(victims).id}`;
    const answer = call(url, 'DELETE', path, { token: person.token }).catch(() => null);
    await Promise.race([answer, pause(ASK_MS)]);
  }

  async #comeAndGo(roomId: string): Promise<void> {
    for (;;) {
      const reply = await this.#ask('leave_room', { roomId });
      const code = reply?.error?.code;
      if (reply?.ok) {
        const fromMs = performance.now();
        await pause(this.#deps.random.between(20, 200));
        this.absences.push({ userId: this.userId, roomId, fromMs, toMs: performance.now() });
        break;
      }
      // Its owner stays.
      if (code === 'NOT_A_MEMBER' || code === 'CONFLICT') break;
      await this.#bear('leave_room', code);
    }
    await this.#join(roomId);
  }

  async #join(roomId: string): Promise<void> {
    for (;;) {
      const reply = await this.#ask('join_room', { roomId });
      if (reply?.ok) return;
      await this.#bear('join_room', reply?.error?.code);
    }
  }

  /** Pages until there is nothing more. */
  async #sync(): Promise<void> {
    for (let isComplete = false; !isComplete;) {
      const rooms = this.#deps.rooms.map((roomId) => ({ roomId, afterSeq: this.#position(roomId) }));
      const reply = await this.#ask('sync', { rooms, limit: 200 });
      if (!reply?.ok) {
        await this.#bear('sync', reply?.error?.code);
        continue;
      }
      const { rooms: pages, complete } = reply.data as { rooms: { events: LogEntry[] }[]; complete: boolean };
      for (const { events } of pages) for (const { roomId, seq } of events) this.#views.get(roomId)?.add(seq);
      isComplete = complete;
    }
  }

  /** Up to here it has everything. */
  #position(roomId: string): number {
    const seqs = this.#views.get(roomId) ?? new Set<number>();
    let position = 0;
    while (seqs.has(position + 1)) position += 1;
    return position;
  }

  async #bear(event: string, code: string | undefined): Promise<void> {
    if (code && !PASSING.has(code)) this.refused.push(`${event} was answered ${code}`);
    await pause(this.#deps.random.between(20, 150));
  }

  async #ask(event: string, payload: object): Promise<Reply | null> {
    const device = await this.#connected();
    const reply = await (device.socket.timeout(ASK_MS).emitWithAck(event, payload) as Promise<Reply>).catch(() => null);
    // No answer: the node is gone, or stands still.
    if (reply === null && this.#device === device) this.#drop();
    return reply;
  }

  async #connected(): Promise<Device> {
    while (!this.#device?.socket.connected) {
      this.#drop();
      const urls = this.#deps.urls();
      if (urls.length > 0) await this.#connect(this.#deps.random.pick(urls));
      if (!this.#device) await pause(100);
    }
    return this.#device;
  }

  async #connect(url: string): Promise<void> {
    const { token } = this.#deps.person;
    const device = new Device(url, token, { transports: ['websocket'], reconnection: false, timeout: 3_000 });
    const record = { userId: this.userId, fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY, heard: [] };
    this.#record = record;
    this.connections.push(record);
    device.socket.on('receive_message', (message: LogEntry) => this.#hear(record, { ...message, type: 'message' }));
    device.socket.on('room_event', (entry: LogEntry) => this.#hear(record, entry));
    device.socket.on('disconnect', () => {
      record.toMs = Math.min(record.toMs, performance.now());
    });
    const isIn = await Promise.race([device.connected().catch(() => null), pause(4_000).then(() => null)]);
    if (isIn === null) return void device.close();
    this.#device = device;
    // Before anything else: what happened while it was away.
    await this.#sync();
  }

  #hear(record: ConnectionRecord, entry: LogEntry): void {
    record.heard.push({ atMs: performance.now(), entry });
    this.#views.get(entry.roomId)?.add(entry.seq);
  }

  #drop(): void {
    if (this.#record) this.#record.toMs = Math.min(this.#record.toMs, performance.now());
    this.#device?.close();
    this.#device = null;
  }
}

/** The log of a room from its beginning, by REST. */
export async function readLog(url: string, token: string, roomId: string): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for (let complete = false; !complete;) {
    const path = `/api/rooms/${roomId}/events?limit=500&afterSeq=${entries.at(-1)?.seq ?? 0}`;
    const { body } = await call(url, 'GET', path, { token });
    entries.push(...(body.events as LogEntry[]));
    complete = body.complete as boolean;
  }
  return entries;
}
