import type { SimulatedClient } from './client/simulated-client.ts';
import type { History } from './history.ts';
import { planOf, type Fault, type Plan, type PlannedOperation } from './plan.ts';
import { Random } from './random.ts';
import { replaceGlobals, SimTime } from './sim-time.ts';
import { userIdOf, World, type Mutation } from './world.ts';

export interface Run {
  readonly plan: Plan;
  readonly history: History;
  /** Errors that the product itself calls bugs. */
  readonly bugs: readonly string[];
  readonly events: number;
}

/** One whole run. The same seed is the same run, to the last fact. */
export async function run(seed: number, mutation: Mutation = {}, plan: Plan = planOf(seed)): Promise<Run> {
  const time = new SimTime();
  const restore = replaceGlobals(time, new Random(seed, 5));
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = process.env['SIM_SEED'] === undefined ? 0 : 30;
  try {
    const world = new World(plan, time, mutation);
    await found(world, plan);
    await new Driver(world, plan, time).drive();
    return { plan, history: world.history(), bugs: world.bugs, events: time.events };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    restore();
  }
}

const ANSWERS_MS = 1_000;
const ROUNDS_MAX = 30;
const QUIET_MS = 5_100;

const roomIdOf = (room: number): string => `10000000-0000-7000-8000-00000000000${room}`;

/** Users and rooms that were there before: the first user owns every room, alone. */
async function found(world: World, plan: Plan): Promise<void> {
  const created_at = new Date(0);
  for (let user = 0; user < plan.users; user += 1) {
    const name = `user-${user}`;
    const named = { email: name, email_key: name, username: name, username_key: name, password_hash: '' };
    await world.put('users', [
      { id: userIdOf(user), ...named, created_at, last_seen_at: null, disabled_at: null, erased_at: null },
    ]);
  }
  const owner = userIdOf(0);
  for (let room = 0; room < plan.rooms; room += 1) {
    const room_id = roomIdOf(room);
    const is_private = false;
    const named = { id: room_id, name: 'a room', invite_code: room_id, created_by: owner };
    const settings = { slow_mode_seconds: 0, read_only: false, limit_messages: null, limit_seconds: null };
    await world.put('rooms', [{ ...named, ...settings, name_key: 'a room', is_private, created_at }]);
    const entry = { room_id, actor_id: owner, client_message_id: null, content: null, created_at };
    const joined = JSON.stringify({ userId: owner, username: 'user-0', role: 'owner' });
    await world.put('log', [
      { ...entry, seq: 1, id: `founded ${room}`, type: 'room_created', data: '{"name":"a room","isPrivate":false}' },
      { ...entry, seq: 2, id: `founded ${room} joined`, type: 'member_joined', data: joined },
    ]);
    const marks = { delivered_seq: 2, read_seq: 2, unread_from_seq: null };
    await world.put('members', [{ room_id, user_id: owner, role: 'owner', joined_at: created_at, ...marks }]);
  }
}

/** Lets the plan happen. */
class Driver {
  readonly #world: World;
  readonly #plan: Plan;
  readonly #time: SimTime;
  readonly #random: Random;
  /** Joins and leaves of one user follow each other. */
  readonly #memberships = new Map<string, Promise<void>>();
  #keys = 0;

  constructor(world: World, plan: Plan, time: SimTime) {
    this.#world = world;
    this.#plan = plan;
    this.#time = time;
    this.#random = new Random(plan.seed, 6);
  }

  async drive(): Promise<void> {
    const { nodes, operations, faults, rooms, healAtMs } = this.#plan;
    for (const index of nodes.keys()) this.#world.startNode(index);
    for (const client of this.#world.clients) {
      this.#time.after(this.#random.between(0, 50), () => void client.start());
    }
    for (const client of this.#world.clients) {
      for (let room = 0; room < rooms; room += 1) {
        this.#time.after(this.#random.between(10, 300), () => this.#move(client, roomIdOf(room), 'join'));
      }
    }
    for (const planned of operations) this.#time.after(planned.atMs, () => this.#perform(planned));
    for (const { atMs, fault } of faults) this.#time.after(atMs, () => this.#strike(fault));
    this.#time.after(healAtMs, () => {
      this.#world.faults.down(false);
      for (const index of nodes.keys()) this.#world.startNode(index);
      this.#world.recorder.note({ kind: 'healed' });
    });
    await this.#time.runUntil(healAtMs + ANSWERS_MS);
    // Whatever is still under way comes to its end, and then there is quiet for as long as a repair may take.
    for (let rounds = 0; rounds < ROUNDS_MAX && this.#isBusy; rounds += 1) {
      await this.#time.runUntil(this.#time.nowMs + ANSWERS_MS);
    }
    await this.#time.runUntil(this.#time.nowMs + QUIET_MS);
  }

  get #isBusy(): boolean {
    return this.#world.clients.some(({ outbox }) => outbox.unanswered.length > 0);
  }

  #strike(fault: Fault): void {
    const world = this.#world;
    if (fault.type === 'crash') {
      if (fault.onCommit) world.crashOnCommit(fault.node, fault.downMs);
      else world.crash(fault.node, fault.downMs);
    } else if (fault.type === 'cut') {
      const client = world.clients[fault.client];
      if (client !== undefined) world.cut(client, fault.clientSeesMs, fault.serverSeesMs);
    } else {
      world.faults.down(true);
      this.#time.after(fault.forMs, () => world.faults.down(false));
    }
  }

  #move(client: SimulatedClient, roomId: string, way: 'join' | 'leave'): void {
    const key = `${client.userId}/${roomId}`;
    const before = this.#memberships.get(key) ?? Promise.resolve();
    this.#memberships.set(
      key,
      before.then(() => client[way](roomId)),
    );
  }

  #perform({ client: index, room, operation }: PlannedOperation): void {
    const client = this.#world.clients[index];
    if (client === undefined) return;
    const roomId = roomIdOf(room);
    const position = client.views.get(roomId)?.position ?? 0;
    switch (operation.type) {
      case 'send':
        for (let count = 0; count < operation.count; count += 1) {
          const key = `${client.name}-${(this.#keys += 1)}`;
          void client.outbox.deliver({ roomId, key, content: `text of ${key}` });
        }
        return;
      case 'mark':
        // Also places that are not there yet.
        return void client.mark(operation.kind, roomId, this.#random.int(0, position + 2));
      case 'leave':
      case 'join':
        return this.#move(client, roomId, operation.type);
      case 'summaries':
        return void client.reads.summaries();
      case 'unread':
        return void client.reads.markUnread(
          roomId,
          this.#random.chance(0.3) ? null : this.#random.int(1, position + 1),
        );
      case 'events':
        return void client.reads.events(roomId, this.#random.int(0, position));
      case 'history':
        return void client.reads.history(roomId);
      case 'create':
        return void client.create();
      case 'remove':
        return void client.reads.removeMember(roomId, userIdOf(this.#random.int(0, this.#plan.users - 1)));
    }
  }
}
