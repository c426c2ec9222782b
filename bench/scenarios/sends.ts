import type { Bench } from '../harness/bench.ts';
import { prepareRooms } from '../harness/rest.ts';
import { figure } from '../harness/table.ts';
import type { ServerHandle } from '../harness/processes.ts';
import type { RoomSpec, StreamResult } from '../load/spec.ts';
import { coresOf, streamOf } from './phases.ts';

const shapes = [
  { rooms: 10, members: 5 },
  { rooms: 2, members: 25 },
  { rooms: 40, members: 5 },
];
const inFlight = 4;
// A loop with one batch at a time is the reference; with four of them on their way it says what the database could do.
const rawLanes = 1;
const rawLanesMost = 4;

export interface Side {
  readonly server: ServerHandle;
  readonly rooms: readonly RoomSpec[];
  readonly sequenced: boolean;
}

interface Measured {
  readonly ours: StreamResult[];
  readonly theirs: StreamResult[];
  readonly raw: number[];
}

/** Durable sends from end to end: counted when stored, acked and received by all members. */
export async function sends(bench: Bench, targets: { readonly plainRatio: number }): Promise<void> {
  const product = await bench.startProduct(await bench.createDatabase());
  const plain = await bench.startReference('plain-server', await bench.createDatabase());
  const rawDatabase = await bench.createDatabase();
  try {
    for (const [index, shape] of (bench.settings.quick ? shapes.slice(0, 1) : shapes).entries()) {
      const label = `durable sends, ${shape.rooms} rooms x ${shape.members}`;
      const own = { server: product, rooms: await prepareRooms(product.port, shape), sequenced: true };
      const other = { server: plain, rooms: await prepareRooms(plain.port, shape), sequenced: false };
      if (index === 0) for (const { server, ...side } of [own, other]) await bench.warmUp(server, loadOf(side));
      const measured: Measured = { ours: [], theirs: [], raw: [] };
      await bench.inTurns(async () => {
        measured.ours.push(await measure(bench, label, own));
        measured.theirs.push(await measure(bench, label, other));
        measured.raw.push(await measureRaw(bench, rawDatabase, rawLanes));
      });
      addRows(bench, label, measured, targets);
    }
    bench.note(
      `Raw inserts with ${rawLanesMost} batches of 200 on their way at a time: ` +
        `${figure(await measureRaw(bench, rawDatabase, rawLanesMost))} rows/s.`,
    );
  } finally {
    await Promise.all([product.stop(), plain.stop()]);
  }
}

/** Microseconds of the server's processor. */
export const perMessage = ({ cores, messagesPerSecond }: StreamResult): number =>
  ((cores['server'] ?? 0) * 1e6) / messagesPerSecond;

export const loadOf = ({ rooms, sequenced }: Omit<Side, 'server'>) =>
  ({ rooms, inFlight, entry: sequenced ? 'sync' : 'join_room', sequenced, phases: [] }) as const;

export async function measure(bench: Bench, label: string, { server, ...side }: Side): Promise<StreamResult> {
  const { warmUpMs, measureMs } = bench.settings;
  const phases = [{ kind: 'stream', warmUpMs, measureMs } as const];
  const result = streamOf(await bench.load(`${label}, ${server.name}`, server, { ...loadOf(side), phases }));
  bench.say(
    `${label}, ${server.name}: ${figure(result.messagesPerSecond)} messages/s, ack p50 ${figure(result.ackMs.p50)} ` +
      `p99 ${figure(result.ackMs.p99)} ms; cores: ${coresOf(result)}`,
  );
  return result;
}

async function measureRaw(bench: Bench, databaseUrl: string, lanes: number): Promise<number> {
  const rate = await bench.rawInsert(databaseUrl, 1, lanes);
  bench.say(`raw insert, ${lanes} at a time: ${figure(rate)} rows/s`);
  return rate;
}

function addRows(
  bench: Bench,
  scenario: string,
  { ours, theirs, raw }: Measured,
  { plainRatio }: { readonly plainRatio: number },
): void {
  const rate = ours.map((turn) => turn.messagesPerSecond);
  const plainRate = { name: 'plain', values: theirs.map((turn) => turn.messagesPerSecond) };
  bench.add({ scenario, unit: 'messages/s', product: rate, reference: plainRate, target: { atLeast: plainRatio } });
  const rawRate = { name: 'raw insert', values: raw };
  bench.add({ scenario, unit: 'messages/s', product: rate, reference: rawRate, target: { atLeast: 0.5 } });
  bench.add({
    scenario,
    unit: 'server us/message',
    product: ours.map(perMessage),
    reference: { name: 'plain', values: theirs.map(perMessage) },
  });
  for (const which of ['p50', 'p99'] as const) {
    bench.add({
      scenario,
      unit: `ack ${which}, ms`,
      product: ours.map(({ ackMs }) => ackMs[which]),
      reference: { name: 'plain', values: theirs.map(({ ackMs }) => ackMs[which]) },
      ...(which === 'p99' ? { target: { atMost: 0.1 } } : {}),
    });
  }
}
