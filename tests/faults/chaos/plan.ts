import { Random } from '../../simulation/random.ts';

export const LINK_FAULTS = ['cut', 'reset', 'swallow', 'delay', 'slice'] as const;
export const NODE_FAULTS = ['kill', 'pause', 'restart'] as const;
export const REDIS_FAULTS = ['redis-kill', 'redis-pause'] as const;

export type Fault =
  | {
      readonly kind: 'link';
      readonly to: 'database' | 'redis';
      readonly how: (typeof LINK_FAULTS)[number];
      readonly node: number;
    }
  | { readonly kind: 'node'; readonly how: (typeof NODE_FAULTS)[number]; readonly node: number }
  | { readonly kind: 'redis'; readonly how: (typeof REDIS_FAULTS)[number] };

export interface PlannedFault {
  readonly atMs: number;
  readonly forMs: number;
  readonly fault: Fault;
}

export interface ChaosPlan {
  readonly seed: number;
  readonly nodes: number;
  /** How long faults begin; the last ones end later. */
  readonly workMs: number;
  readonly faults: readonly PlannedFault[];
}

const LONGEST_MS = 3_000;

/** The same for the same seed. One fault of each kind at least, as far as the time allows. */
export function planChaos({ seed, nodes, workMs }: Pick<ChaosPlan, 'seed' | 'nodes' | 'workMs'>): ChaosPlan {
  const random = new Random(seed, 1);
  const faults: PlannedFault[] = [];
  for (let atMs = random.between(300, 1_000); atMs < workMs; atMs += random.between(500, 1_800)) {
    faults.push({ atMs, forMs: random.between(200, LONGEST_MS), fault: aFault(random, nodes) });
  }
  return { seed, nodes, workMs, faults };
}

function aFault(random: Random, nodes: number): Fault {
  const node = random.int(0, nodes - 1);
  const dice = random.next();
  if (dice < 0.3) return { kind: 'link', to: 'database', how: random.pick(LINK_FAULTS), node };
  if (dice < 0.55) return { kind: 'link', to: 'redis', how: random.pick(LINK_FAULTS), node };
  if (dice < 0.8) return { kind: 'node', how: random.pick(NODE_FAULTS), node };
  return { kind: 'redis', how: random.pick(REDIS_FAULTS) };
}

export const nameOf = (fault: Fault): string =>
  fault.kind === 'link'
    ? `${fault.to} ${fault.how} (node ${fault.node})`
    : fault.kind === 'node'
      ? `${fault.how} (node ${fault.node})`
      : fault.how;
