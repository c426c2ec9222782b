import { setTimeout as sleep } from 'node:timers/promises';
import { LoadRoom, Member } from './member.ts';
import { machineSeconds, processorSeconds } from './processor-time.ts';
import type {
  FromGenerator,
  LoadResult,
  LoadSpec,
  LonePhase,
  LoneResult,
  StreamPhase,
  StreamResult,
  ToGenerator,
} from './spec.ts';
import { percentilesOf, Tally } from './tally.ts';

/** The load generator: a process of its own, told what to do by its parent. */

const connectingMax = 50;
const quietMs = 300;
const stallMs = 15_000;

const report = (message: FromGenerator) => process.send?.(message);

async function connectAll(spec: LoadSpec, rooms: readonly LoadRoom[], tally: Tally): Promise<Member[]> {
  const places = rooms.flatMap((room) => room.spec.tokens.map((token) => ({ room, token })));
  const members: Member[] = [];
  let next = 0;
  const connectSome = async () => {
    for (let place = places[next++]; place !== undefined; place = places[next++]) {
      const { room, token } = place;
      await within(stallMs, 'a connection to be let in', (entered) => {
        members.push(new Member(room, token, spec, tally, entered));
      });
    }
  };
  await Promise.all(Array.from({ length: connectingMax }, connectSome));
  // Presence and the like is still on its way to those who came first.
  await sleep(quietMs);
  return members;
}

async function within(limitMs: number, what: string, start: (done: () => void) => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limitMs} ms in vain for ${what}.`)), limitMs);
    start(resolve);
  }).finally(() => clearTimeout(timer));
}

/** Until everything that was sent so far has been acked and has reached everybody. */
async function drain(rooms: readonly LoadRoom[], tally: Tally): Promise<void> {
  const delivered = rooms.reduce((sum, room) => sum + room.sent * room.spec.tokens.length, 0);
  try {
    await within(stallMs, 'the last messages', (reached) => {
      tally.awaited = { delivered, acked: tally.sent, reached };
      tally.checkAwaited();
    });
  } catch {
    tally.error(`sent ${tally.sent}, acked ${tally.acked}; deliveries: ${tally.delivered} of ${delivered}`);
  }
}

async function stream(phase: StreamPhase, load: Load): Promise<StreamResult> {
  const { spec, tally, rooms } = load;
  tally.stopping = false;
  for (const member of sendersOf(load)) member.startSending();
  await sleep(phase.warmUpMs);
  const before = snapshot(spec, tally);
  tally.recording = true;
  await sleep(phase.measureMs);
  const after = snapshot(spec, tally);
  tally.recording = false;
  tally.stopping = true;
  await drain(rooms, tally);
  const seconds = (after.atMs - before.atMs) / 1_000;
  const delivered = after.delivered - before.delivered;
  const membersPerRoom = rooms.reduce((sum, room) => sum + room.spec.tokens.length, 0) / rooms.length;
  const answered = after.acked - before.acked - (after.refused - before.refused);
  const cores = Object.entries(after.processor).map(([name, used]) => {
    return [name, (used - (before.processor[name] ?? 0)) / seconds] as const;
  });
  return {
    kind: 'stream',
    fromUs: before.atUs,
    toUs: after.atUs,
    messagesPerSecond: Math.min(answered, delivered / membersPerRoom) / seconds,
    deliveriesPerSecond: delivered / seconds,
    ackMs: tally.takeSamples(),
    bytesPerDelivery: (after.bytes - before.bytes) / Math.max(1, delivered),
    cores: Object.fromEntries(cores),
  };
}

function snapshot(spec: LoadSpec, { acked, refused, delivered, deliveredBytes: bytes }: Tally) {
  const pids = Object.entries({ ...spec.pids, generator: process.pid });
  const processor: Record<string, number> = {};
  let ours = 0;
  for (const [name, pid] of pids) ours += processor[name] = processorSeconds(pid);
  processor['others'] = machineSeconds() - ours;
  return {
    atMs: performance.now(),
    atUs: Number(process.hrtime.bigint() / 1_000n),
    acked,
    refused,
    delivered,
    bytes,
    processor,
  };
}

async function lone({ messages, pauseMs = 3 }: LonePhase, { members, rooms, tally }: Load): Promise<LoneResult> {
  const [sender] = members;
  tally.stopping = true;
  const times: number[] = [];
  for (let index = 0; index < messages; index += 1) {
    const sentAtMs = performance.now();
    const delivered = tally.delivered + (rooms[0]?.spec.tokens.length ?? 0);
    await within(stallMs, 'a lone message', (reached) => {
      tally.awaited = { delivered, acked: tally.acked + 1, reached };
      sender?.sendOne();
    });
    times.push(performance.now() - sentAtMs);
    // So that neither side is still busy with the message before.
    await sleep(pauseMs);
  }
  // The first tenth finds cold code.
  const sorted = Float64Array.from(times.slice(Math.floor(messages / 10))).sort();
  return { kind: 'lone', lastReceiverMs: percentilesOf(sorted) };
}

interface Load {
  readonly spec: LoadSpec;
  readonly rooms: readonly LoadRoom[];
  readonly members: readonly Member[];
  readonly tally: Tally;
}

function sendersOf({ rooms, members }: Load): Member[] {
  return rooms.flatMap((room) => members.filter((member) => member.room === room).slice(0, room.spec.senders));
}

/** Every member of a room has got each of its messages, and each one once: as many, with the same sum. */
function verify({ members, tally }: Load): void {
  for (const { room, received, numbersReceived } of members) {
    if (received !== room.sent) tally.error(`a member got ${received > room.sent ? 'too many' : 'too few'} messages`);
    else if (numbersReceived !== room.numbersSent) tally.error('a member got one message twice and another one never');
  }
}

async function perform(spec: LoadSpec): Promise<LoadResult> {
  const tally = new Tally();
  const rooms = spec.rooms.map((room) => new LoadRoom(room));
  const members = await connectAll(spec, rooms, tally);
  const load = { spec, rooms, members, tally };
  const phases: LoadResult['phases'][number][] = [];
  for (const phase of spec.phases) {
    if (phase.kind === 'stream') phases.push(await stream(phase, load));
    else if (phase.kind === 'lone') phases.push(await lone(phase, load));
    else phases.push(await hold());
  }
  verify(load);
  for (const member of members) member.close();
  return { phases, sent: tally.sent, delivered: tally.delivered, errors: tally.errors };
}

async function hold(): Promise<{ readonly kind: 'hold' }> {
  const released = new Promise<void>((resolve) => {
    process.on('message', (message: ToGenerator) => message.type === 'release' && resolve());
  });
  report({ type: 'holding' });
  await released;
  return { kind: 'hold' };
}

process.on('message', (message: ToGenerator) => {
  if (message.type !== 'load') return;
  perform(message.spec).then(
    (result) => report({ type: 'result', result }),
    (error: unknown) => report({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }),
  );
});
process.once('SIGTERM', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
