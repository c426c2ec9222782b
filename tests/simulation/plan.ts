import { CALM, type DatabaseRates } from './database/faults.ts';
import type { LinkRates, Frames } from './network/link.ts';
import { Random } from './random.ts';
import type { NodeSettings } from './sim-node.ts';

export type Operation =
  | { readonly type: 'send'; readonly count: number }
  | { readonly type: 'mark'; readonly kind: 'read' | 'delivered' }
  | { readonly type: 'leave' | 'join' | 'summaries' | 'events' | 'history' | 'unread' | 'create' | 'remove' };

export interface PlannedOperation {
  readonly atMs: number;
  readonly client: number;
  readonly room: number;
  readonly operation: Operation;
}

export type Fault =
  | { readonly type: 'crash'; readonly node: number; readonly downMs: number; readonly onCommit: boolean }
  | { readonly type: 'cut'; readonly client: number; readonly clientSeesMs: number; readonly serverSeesMs: number }
  | { readonly type: 'database-down'; readonly forMs: number };

export interface PlannedFault {
  readonly atMs: number;
  readonly fault: Fault;
}

export interface Plan {
  readonly seed: number;
  readonly nodes: readonly NodeSettings[];
  readonly poolMax: number;
  readonly users: number;
  /** The user of each client. */
  readonly clients: readonly number[];
  readonly frames: Frames;
  /** What the clients are: the simulation's own, which does odd things as well, or the one that is published. */
  readonly device: 'own' | 'published';
  readonly rooms: number;
  readonly operations: readonly PlannedOperation[];
  readonly faults: readonly PlannedFault[];
  readonly database: DatabaseRates;
  readonly link: LinkRates;
  readonly requestShare: number;
  readonly twiceShare: number;
  readonly healAtMs: number;
}

/** Everything that is decided beforehand. Each run has its own mixture of faults, so that none of them hides another. */
export function planOf(seed: number): Plan {
  const random = new Random(seed, 1);
  const maybe = (probability: number, max: number) => (random.chance(probability) ? random.between(0, max) : 0);
  const nodeCount = random.pick([1, 1, 2, 2, 3]);
  const users = random.int(2, 4);
  const clients = Array.from({ length: users }, (_, user) => user);
  if (random.chance(0.3)) clients.push(random.int(0, users - 1));
  const rooms = random.int(1, 3);
  const workMs = random.between(1_500, 5_000);
  const healAtMs = workMs + random.between(0, 500);
  const database = random.chance(0.15) ? { ...CALM, latencyMs: random.between(0.5, 20) } : databaseOf(random, maybe);
  return {
    seed,
    nodes: Array.from({ length: nodeCount }, () => nodeOf(random)),
    // Few connections to a slow database would be nothing but an overload.
    poolMax: database.latencyMs > 3 ? 10 : random.pick([2, 3, 10]),
    users,
    clients,
    frames: random.chance(0.25) ? 'one by one' : 'in order',
    device: 'own',
    rooms,
    operations: operationsOf(random, { workMs, clients: clients.length, rooms }),
    faults: faultsOf(random, { untilMs: healAtMs, nodes: nodeCount, clients: clients.length }),
    database,
    link: {
      latencyMs: random.pick([0.5, 5, 40]),
      stall: maybe(0.4, 0.1),
      stallMaxMs: random.between(20, 1_500),
      drop: maybe(0.7, 0.2),
      duplicate: maybe(0.7, 0.2),
    },
    requestShare: maybe(0.6, 0.6),
    twiceShare: maybe(0.6, 0.5),
    healAtMs,
  };
}

const nodeOf = (random: Random): NodeSettings => ({
  log: {
    lanes: random.int(1, 3),
    patienceMs: 0,
    itemsMax: random.pick([1, 3, 500]),
    waitingMax: random.pick([3, 1_000, 1_000]),
  },
  messageRate: random.chance(0.1) ? { points: 5, durationMs: 1_000 } : null,
  skewMs: random.pick([0, 0, -3_600_000, 3_600_000]),
});

function databaseOf(random: Random, maybe: (probability: number, max: number) => number): DatabaseRates {
  return {
    refused: maybe(0.3, 0.05),
    lostBefore: maybe(0.4, 0.1),
    lostAfter: maybe(0.5, 0.15),
    deadlock: maybe(0.4, 0.1),
    lockTimeout: maybe(0.3, 0.05),
    slow: maybe(0.4, 0.1),
    slowMaxMs: random.pick([50, 500, 6_500]),
    latencyMs: random.pick([0.5, 2, 20]),
  };
}

interface Sizes {
  readonly workMs: number;
  readonly clients: number;
  readonly rooms: number;
}

function operationsOf(random: Random, { workMs, clients, rooms }: Sizes): PlannedOperation[] {
  const count = random.int(12, 36);
  const burst = random.pick([1, 3, 8]);
  const operations = Array.from({ length: count }, (): PlannedOperation => ({
    atMs: random.between(200, workMs),
    client: random.int(0, clients - 1),
    room: random.int(0, rooms - 1),
    operation: operationOf(random, burst),
  }));
  return operations.sort((a, b) => a.atMs - b.atMs);
}

function operationOf(random: Random, burst: number): Operation {
  const dice = random.next();
  if (dice < 0.55) return { type: 'send', count: random.int(1, burst) };
  if (dice < 0.75) return { type: 'mark', kind: random.pick(['read', 'delivered']) };
  if (dice < 0.8) return { type: 'leave' };
  if (dice < 0.86) return { type: 'join' };
  if (dice < 0.91) return { type: 'summaries' };
  if (dice < 0.93) return { type: 'unread' };
  if (dice < 0.96) return { type: 'remove' };
  return { type: random.pick(['events', 'history', 'create']) };
}

interface Targets {
  readonly untilMs: number;
  readonly nodes: number;
  readonly clients: number;
}

function faultsOf(random: Random, { untilMs, nodes, clients }: Targets): PlannedFault[] {
  const faults: PlannedFault[] = [];
  const add = (most: number, fault: () => Fault) => {
    for (let count = random.int(0, most); count > 0; count -= 1) {
      faults.push({ atMs: random.between(100, untilMs), fault: fault() });
    }
  };
  if (random.chance(0.5)) {
    add(3, () => ({
      type: 'crash',
      node: random.int(0, nodes - 1),
      downMs: random.between(10, 1_500),
      onCommit: random.chance(0.5),
    }));
  }
  if (random.chance(0.5)) {
    add(4, () => ({
      type: 'cut',
      client: random.int(0, clients - 1),
      clientSeesMs: random.between(1, 1_500),
      serverSeesMs: random.between(1, 3_000),
    }));
  }
  if (random.chance(0.2)) add(2, () => ({ type: 'database-down', forMs: random.between(10, 1_000) }));
  return faults.sort((a, b) => a.atMs - b.atMs);
}
