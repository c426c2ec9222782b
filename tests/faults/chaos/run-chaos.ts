import { Random } from '../../simulation/random.ts';
import { Person } from '../../support/harness/person.ts';
import { call } from '../../support/harness/http.ts';
import { checkHistory, type Violation } from './check.ts';
import { Cluster, pause } from './cluster.ts';
import type { Acked, ChaosHistory, ConnectionRecord } from './history.ts';
import { Member, readLog } from './member.ts';
import { nameOf, planChaos } from './plan.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly workMs: number;
  /** An administrator's URL of the database server. */
  readonly databaseServer: string;
}

export interface ChaosSummary {
  readonly seed: number;
  readonly nodes: number;
  /** What was done, in its order. */
  readonly faults: readonly string[];
  readonly acked: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly gaps: number;
  readonly connections: number;
  /** From an ack to a connection that was there all the while, faults included, in ms. */
  readonly convergence: { readonly p50: number; readonly p99: number; readonly max: number };
  /** From the last fault's end until everybody sees everybody online, in ms. */
  readonly presenceMs: number;
  readonly violations: readonly Violation[];
}

const MEMBERS = 6;
const ROOMS = 2;
/** A node that died takes its users along for so long at most. */
const PRESENCE_MS = 25_000;
/** Without any fault everything is told within this time. */
const CALM_MS = 6_000;

/** Starts nodes, lets people talk while things break, waits until all is whole, and looks at what came of it. */
export async function runChaos({ seed, nodes, workMs, databaseServer }: ChaosOptions): Promise<ChaosSummary> {
  const plan = planChaos({ seed, nodes, workMs });
  const cluster = await Cluster.start(databaseServer, nodes);
  const members: Member[] = [];
  try {
    const [firstUrl = ''] = cluster.urls();
    const people = await Promise.all(Array.from({ length: MEMBERS }, () => Person.register(firstUrl)));
    const [owner] = people as [Person];
    const rooms = await Promise.all(Array.from({ length: ROOMS }, () => owner.createRoom()));
    for (const person of people.slice(1)) for (const roomId of rooms) await person.join(roomId);
    members.push(
      ...people.map((person, index) => {
        const victims = index === 0 ? people.slice(1) : [];
        return new Member({ person, rooms, victims, random: new Random(seed, 10 + index), urls: () => cluster.urls() });
      }),
    );
    let isGoing = true;
    const working = members.map((member) => member.work(() => isGoing));
    const faults = await breakThings(cluster, plan.faults);
    isGoing = false;
    await Promise.all(working);
    const presenceMs = await everybodyIsOnline(cluster, people, members);
    await Promise.all(members.map((member) => member.settle()));
    await pause(CALM_MS);
    const history = await historyOf(cluster, owner, rooms, members);
    const violations = [...checkHistory(history), ...presenceViolation(presenceMs)];
    for (const member of members) member.close();
    await cluster.stop();
    violations.push(...cluster.exits.map((detail): Violation => ({ what: 'refused', detail })));
    const count = (what: Violation['what']) => violations.filter((violation) => violation.what === what).length;
    return {
      ...{ seed, nodes, faults, presenceMs, violations },
      acked: history.acked.length,
      lost: count('lost'),
      duplicated: count('duplicated'),
      gaps: count('gap'),
      connections: history.connections.length,
      convergence: convergenceOf(history.acked, history.connections),
    };
  } catch (error) {
    for (const member of members) member.close();
    await cluster.stop().catch(() => undefined);
    throw error;
  }
}

async function breakThings(cluster: Cluster, faults: ReturnType<typeof planChaos>['faults']): Promise<string[]> {
  const startMs = performance.now();
  const done: string[] = [];
  const under: Promise<void>[] = [];
  for (const planned of faults) {
    await pause(Math.max(0, planned.atMs - (performance.now() - startMs)));
    under.push(
      cluster.suffer(planned).then((isDone) => {
        if (isDone) done.push(`${Math.round(planned.atMs)} ms: ${nameOf(planned.fault)}`);
      }),
    );
  }
  await Promise.all(under);
  return done;
}

async function everybodyIsOnline(cluster: Cluster, people: readonly Person[], members: readonly Member[]) {
  const startMs = performance.now();
  await Promise.all(members.map((member) => member.sync()));
  const seesAll = async ({ token }: Person) => {
    const [url = ''] = cluster.urls();
    const seen = await Promise.all(people.map(({ id }) => call(url, 'GET', `/api/users/${id}`, { token })));
    return seen.every(({ body }) => body.user?.online === true);
  };
  while (performance.now() - startMs < PRESENCE_MS) {
    if ((await Promise.all(people.map(seesAll))).every(Boolean)) return performance.now() - startMs;
    await pause(100);
  }
  return Number.POSITIVE_INFINITY;
}

const presenceViolation = (presenceMs: number): Violation[] =>
  Number.isFinite(presenceMs) ? [] : [{ what: 'diverged', detail: 'somebody who is connected is not seen online' }];

async function historyOf(cluster: Cluster, { token }: Person, rooms: readonly string[], members: readonly Member[]) {
  const [url = ''] = cluster.urls();
  const logs = await Promise.all(rooms.map(async (roomId) => [roomId, await readLog(url, token, roomId)] as const));
  return {
    acked: members.flatMap((member) => member.acked),
    connections: members.flatMap((member) => member.connections),
    absences: members.flatMap((member) => member.absences),
    views: members.flatMap(({ userId, views }) => [...views].map(([roomId, seqs]) => ({ userId, roomId, seqs }))),
    logs: new Map(logs),
    refused: members.flatMap((member) => member.refused),
  } satisfies ChaosHistory;
}

function convergenceOf(acked: readonly Acked[], connections: readonly ConnectionRecord[]) {
  const heardAt = connections.map(({ heard }) => new Map(heard.map(({ atMs, entry }) => [entry.id, atMs])));
  const times = acked.flatMap(({ id, atMs }) =>
    connections.flatMap(({ fromMs, toMs }, index) => {
      const at = heardAt[index]?.get(id);
      // A connection that began or ended meanwhile learned of it in another way.
      return at === undefined || fromMs > atMs || toMs < at ? [] : [Math.max(0, at - atMs)];
    }),
  );
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
