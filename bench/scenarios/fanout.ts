import { randomUUID } from 'node:crypto';
import type { Bench } from '../harness/bench.ts';
import type { ServerHandle } from '../harness/processes.ts';
import { prepareRooms } from '../harness/rest.ts';
import { figure } from '../harness/table.ts';
import type { LoneResult, RoomSpec, StreamResult } from '../load/spec.ts';
import { coresOf, loneOf, streamOf } from './phases.ts';

const inFlight = 50;

interface Turn {
  readonly burst: StreamResult;
  readonly lone: LoneResult;
}

/** One room, one sender. The product keeps its data in memory, so that the database is not what is measured. */
export async function fanout(bench: Bench): Promise<void> {
  for (const members of [100, 1_000]) {
    const product = await bench.startProduct('memory:', 'product in memory');
    const bare = await bench.startReference('bare-socketio');
    try {
      const label = `fan-out, one room of ${members}`;
      const own = await prepareRooms(product.port, { rooms: 1, members, senders: 1 });
      const other = [{ id: randomUUID(), tokens: own[0]?.tokens.map(() => '') ?? [], senders: 1 }];
      const ours: Turn[] = [];
      const theirs: Turn[] = [];
      await bench.warmUp(product, loadOf(own, 'sync'));
      await bench.warmUp(bare, loadOf(other, 'join_room'));
      await bench.inTurns(async () => {
        ours.push(await measure(bench, label, product, own, 'sync'));
        theirs.push(await measure(bench, label, bare, other, 'join_room'));
      });
      addRows(bench, label, ours, theirs);
    } finally {
      await Promise.all([product.stop(), bare.stop()]);
    }
  }
}

const loadOf = (rooms: readonly RoomSpec[], entry: 'sync' | 'join_room') =>
  ({ rooms, inFlight, entry, sequenced: true, phases: [] }) as const;

async function measure(
  bench: Bench,
  label: string,
  server: ServerHandle,
  rooms: readonly RoomSpec[],
  entry: 'sync' | 'join_room',
): Promise<Turn> {
  const { quick, warmUpMs } = bench.settings;
  const crowd = rooms[0]?.tokens.length ?? 1;
  // The lone ones first: after a burst the product, which keeps what was sent, still collects its garbage.
  const phases = [
    { kind: 'lone', messages: crowd > 500 ? 150 : 500 },
    { kind: 'stream', warmUpMs, measureMs: quick ? 1_000 : 2_000 },
  ] as const;
  const result = await bench.load(`${label}, ${server.name}`, server, { ...loadOf(rooms, entry), phases });
  const turn = { burst: streamOf(result), lone: loneOf(result) };
  bench.say(
    `${label}, ${server.name}: ${figure(turn.burst.deliveriesPerSecond)} deliveries/s, lone p50 ` +
      `${figure(turn.lone.lastReceiverMs.p50)} ms; cores: ${coresOf(turn.burst)}`,
  );
  return turn;
}

function addRows(bench: Bench, label: string, ours: readonly Turn[], theirs: readonly Turn[]): void {
  const both = (pick: (turn: Turn) => number) => ({
    product: ours.map(pick),
    reference: { name: 'bare', values: theirs.map(pick) },
  });
  bench.add({
    scenario: `${label}, bursts (memory)`,
    unit: 'deliveries/s',
    ...both(({ burst }) => burst.deliveriesPerSecond),
    target: { atLeast: 4 },
  });
  bench.add({
    scenario: `${label}, lone message (memory)`,
    unit: 'last receiver p50, ms',
    ...both(({ lone }) => lone.lastReceiverMs.p50),
    target: { atMost: 1.1 },
  });
  bench.add({ scenario: label, unit: 'bytes per message', ...both(({ burst }) => burst.bytesPerDelivery) });
}
