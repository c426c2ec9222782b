import type { RoomEntry } from '../../src/domain/room/room-entry.ts';
import { Connection, type Answer, type ClientLink } from './client/connection.ts';
import { SdkClient } from './client/sdk-client.ts';
import { SimClient } from './client/sim-client.ts';
import type { SimulatedClient } from './client/simulated-client.ts';
import { Engine, Tx, type AdaptInsert, type Change, type Row } from './database/engine.ts';
import { DatabaseFaults } from './database/faults.ts';
import { SimDatabase } from './database/sim-database.ts';
import { Recorder, type History, type MemberState } from './history.ts';
import { Link } from './network/link.ts';
import type { ClientPacket, ServerPacket } from './network/sim-server.ts';
import type { Plan } from './plan.ts';
import { Random } from './random.ts';
import { SimNode, type NodeMutation } from './sim-node.ts';
import type { SimTime } from './sim-time.ts';

/** What is wrong on purpose. */
export interface Mutation extends NodeMutation {
  readonly adaptInsert?: AdaptInsert;
  /** Names of unique keys that the database does not know. */
  readonly withoutKeys?: readonly string[];
}

interface Live {
  readonly connection: Connection;
  readonly client: SimulatedClient;
  readonly toServer: (packet: ClientPacket | 'gone') => void;
}

interface Slot {
  starts: number;
  node: SimNode | null;
  database: SimDatabase | null;
  crashOnCommit: (() => void) | null;
  readonly live: Set<Live>;
}

/** The nodes, the clients and what is between them, in one simulated time. */
export class World {
  readonly recorder: Recorder;
  readonly clients: readonly SimulatedClient[];
  readonly faults: DatabaseFaults;
  readonly bugs: string[] = [];
  readonly #plan: Plan;
  readonly #time: SimTime;
  readonly #mutation: Mutation;
  readonly #engine: Engine;
  readonly #slots: readonly Slot[];
  /** Which node serves a user: all devices of one user are on the same. */
  readonly #home: number[];
  readonly #databaseRandom: Random;
  readonly #linkRandom: Random;
  #connections = 0;

  constructor(plan: Plan, time: SimTime, mutation: Mutation) {
    this.#plan = plan;
    this.#time = time;
    this.#mutation = mutation;
    this.recorder = new Recorder(() => time.nowMs);
    this.#databaseRandom = new Random(plan.seed, 2);
    this.#linkRandom = new Random(plan.seed, 3);
    this.faults = new DatabaseFaults(new Random(plan.seed, 4), time, plan.database);
    this.faults.healAt(plan.healAtMs);
    this.#engine = new Engine(time, mutation);
    this.#engine.onCommit = (changes) => this.#committed(changes);
    this.#slots = plan.nodes.map(() => ({
      starts: 0,
      node: null,
      database: null,
      crashOnCommit: null,
      live: new Set(),
    }));
    this.#home = Array.from({ length: plan.users }, (_, user) => user % plan.nodes.length);
    this.clients = plan.clients.map((user, index) => this.#client(user, index));
  }

  get isCalm(): boolean {
    return this.#time.nowMs >= this.#plan.healAtMs;
  }

  /** Rows that are there before anything begins. */
  async put(table: 'users' | 'rooms' | 'members' | 'log', rows: readonly Row[]): Promise<void> {
    const tx = new Tx();
    await this.#engine.insert(tx, table, rows);
    this.#engine.commit(tx);
  }

  startNode(index: number): void {
    const slot = this.#slot(index);
    const settings = this.#plan.nodes[index];
    if (slot.node !== null || settings === undefined) return;
    slot.starts += 1;
    const shared = { engine: this.#engine, faults: this.faults, time: this.#time, random: this.#databaseRandom };
    slot.database = new SimDatabase(shared, this.#plan.poolMax);
    slot.node = new SimNode({
      name: `node-${index}-${slot.starts}`,
      time: this.#time,
      database: slot.database,
      settings,
      mutation: this.#mutation,
      onBug: (message, fields) => this.bugs.push(`${message}: ${describe(fields)}`),
    });
  }

  /** `kill -9`, and a start some time later. */
  crash(index: number, downMs: number): void {
    const slot = this.#slot(index);
    if (slot.node === null) return;
    this.recorder.note({ kind: 'fault', what: `node ${index} dies` });
    slot.node.kill();
    slot.node = null;
    slot.database = null;
    for (const { connection, client } of slot.live) {
      this.#time.after(this.#linkRandom.between(1, 100), () => client.lost(connection));
      connection.cut();
    }
    slot.live.clear();
    this.#time.after(downMs, () => this.startNode(index));
  }

  /** The node dies as soon as it has committed something: before anybody is told. */
  crashOnCommit(index: number, downMs: number): void {
    this.#slot(index).crashOnCommit = () => this.crash(index, downMs);
  }

  /** Breaks a client's connection; either end notices when it does. */
  cut(client: SimulatedClient, clientSeesMs: number, serverSeesMs: number): void {
    for (const slot of this.#slots) {
      for (const live of slot.live) {
        if (live.client !== client || live.connection !== client.connection) continue;
        this.recorder.note({ kind: 'fault', what: `${live.connection.id} is cut` });
        live.connection.cut();
        this.#time.after(clientSeesMs, () => client.lost(live.connection));
        this.#time.after(serverSeesMs, () => {
          slot.live.delete(live);
          live.toServer('gone');
        });
      }
    }
  }

  history(): History {
    const view = this.#engine.view(null);
    const members = view
      .rows('members')
      .map((row) => ({ roomId: String(row['room_id']), userId: String(row['user_id']) }));
    const rooms = view.rows('rooms').map((row) => String(row['id']));
    const views = this.clients.flatMap((client) =>
      [...client.views].map(([roomId, { baseSeq, ids }]) => {
        return { client: client.name, userId: client.userId, roomId, baseSeq: baseSeq ?? -1, ids };
      }),
    );
    return {
      facts: this.recorder.facts,
      log: new Map(rooms.map((roomId) => [roomId, view.log(roomId).map(entryOf)])),
      members,
      clients: this.clients.map(({ name, userId, connection }) => ({ name, userId, isConnected: connection !== null })),
      views,
      framesInOrder: this.#plan.frames === 'in order',
      unanswered: this.clients.flatMap(({ outbox }) => outbox.unanswered),
      endMs: this.#time.nowMs,
    };
  }

  #client(user: number, index: number): SimulatedClient {
    const { frames, requestShare, twiceShare, healAtMs } = this.#plan;
    const deps = {
      name: `client-${index}`,
      userId: userIdOf(user),
      time: this.#time,
      random: new Random(this.#plan.seed, 100 + index),
      recorder: this.recorder,
      connect: (client: SimulatedClient) => this.#connect(client, user),
      request: (call: string, request: object) => this.#request(call, user, request),
    };
    if (this.#plan.device === 'published') return new SdkClient({ ...deps, healAtMs });
    return new SimClient({
      ...deps,
      syncEveryMs: frames === 'one by one' ? 1_500 : null,
      requestShare,
      twiceShare,
    });
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index];
    if (slot === undefined) throw new RangeError('There is no such node.');
    return slot;
  }

  /** The node of the user, or the next one that is up. */
  #homeOf(user: number): Slot | null {
    for (let tries = 0; tries < this.#slots.length; tries += 1) {
      const index = ((this.#home[user] ?? 0) + tries) % this.#slots.length;
      const slot = this.#slot(index);
      if (slot.node === null) continue;
      this.#home[user] = index;
      return slot;
    }
    return null;
  }

  #connect(client: SimulatedClient, user: number): Promise<Connection | null> {
    const slot = this.#homeOf(user);
    const node = slot?.node;
    if (!slot || !node) return this.#time.sleep(20).then(() => null);
    const id = `connection-${(this.#connections += 1)}`;
    return new Promise((resolve) => {
      const link: ClientLink = this.#link({
        toServer: (packet) => {
          if (node.isAlive) receive(packet);
        },
        toClient: (packet) => {
          if (packet.type === 'connected') resolve(connection);
          if (packet.type === 'refused') resolve(null);
          client.heard(connection, packet);
        },
      });
      const connection = new Connection(id, this.#time, link);
      const live: Live = { connection, client, toServer: (packet) => receive(packet) };
      slot.live.add(live);
      const receive = node.server.accept(id, client.userId, (packet) => {
        if (!node.isAlive) return;
        this.#noteWritten(connection, client, node, packet);
        if (packet.type === 'closed' && link.frames === 'one by one') link.tellClient(packet);
        else link.toClient(packet);
        if (packet.type === 'closed') slot.live.delete(live);
      });
      // A handshake that got lost is tried again.
      this.#time.after(2_000, () => resolve(null));
    });
  }

  #noteWritten(connection: Connection, { userId }: SimulatedClient, node: SimNode, packet: ServerPacket): void {
    if (packet.type === 'connected') {
      this.recorder.note({ kind: 'connected', connection: connection.id, userId, node: node.name });
    }
    if (packet.type !== 'event') return;
    if (packet.event !== 'receive_message' && packet.event !== 'room_event') return;
    const { roomId, seq, id } = packet.payload as { roomId: string; seq: number; id: string };
    const at = { node: node.name, connection: connection.id, userId, roomId, seq, id };
    this.recorder.note({ kind: 'pushed', ...at });
  }

  /** A request of its own: to any node, lost or repeated on its way like the answer. */
  async #request(call: string, user: number, request: object): Promise<Answer> {
    // A room that is made elsewhere does not reach the sockets of its owner here.
    const slot = call === 'createRoom' ? this.#homeOf(user) : this.#linkRandom.pick(this.#slots);
    if (slot === null) return 'lost';
    const userId = userIdOf(user);
    return new Promise((resolve) => {
      const link = new Link<null, Answer>(this.#linkDeps(), 'one by one', {
        toServer: () => {
          const { node } = slot;
          if (node === null) return link.toClient('lost');
          void node.request(call as 'sendMessage', userId, request).then((reply) => link.toClient(reply as Answer));
        },
        toClient: resolve,
      });
      link.toServer(null);
      this.#time.after(2_000, () => resolve('late'));
    });
  }

  #link(ends: ConstructorParameters<typeof Link<ClientPacket, ServerPacket>>[2]): ClientLink {
    return new Link(this.#linkDeps(), this.#plan.frames, ends);
  }

  #linkDeps() {
    return { time: this.#time, random: this.#linkRandom, rates: this.#plan.link, isCalm: () => this.isCalm };
  }

  #committed(changes: readonly Change[]): void {
    const entries = changes.flatMap(({ table, after }) => (table === 'log' && after !== null ? [entryOf(after)] : []));
    const members = changes.flatMap((change) => (change.table === 'members' ? [memberStateOf(change)] : []));
    this.recorder.note({ kind: 'committed', entries, members });
    for (const slot of this.#slots) {
      if (slot.crashOnCommit === null || slot.database?.isCommitting !== true) continue;
      const crash = slot.crashOnCommit;
      slot.crashOnCommit = null;
      crash();
    }
  }
}

export const userIdOf = (user: number): string => `00000000-0000-7000-8000-00000000000${user}`;

function memberStateOf({ before, after }: Change): MemberState {
  const row = (after ?? before) as Row;
  const roomId = String(row['room_id']);
  const userId = String(row['user_id']);
  if (after === null) return { roomId, userId, marks: null };
  const marks = {
    deliveredSeq: Number(after['delivered_seq']),
    readSeq: Number(after['read_seq']),
    unreadFromSeq: after['unread_from_seq'] === null ? null : Number(after['unread_from_seq']),
  };
  return { roomId, userId, marks };
}

function entryOf(row: Row): RoomEntry {
  const { room_id, seq, id, type, actor_id, client_message_id, content, data } = row;
  const place = { id, roomId: room_id, seq: Number(seq), actorId: actor_id, createdAtMs: 0, type };
  const rest =
    type === 'message' ? { content, clientMessageId: client_message_id } : (JSON.parse(String(data)) as object);
  return { ...place, ...rest } as unknown as RoomEntry;
}

const describe = (fields: object): string =>
  Object.values(fields)
    .map((value) => (value instanceof Error ? (value.stack ?? value.message) : JSON.stringify(value)))
    .join(' ');
