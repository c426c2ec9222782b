import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from '../harness/bench.ts';
import type { ServerHandle } from '../harness/processes.ts';
import { prepareRooms } from '../harness/rest.ts';
import { figure } from '../harness/table.ts';
import { residentKilobytes } from '../load/processor-time.ts';
import type { RoomSpec } from '../load/spec.ts';

const settleMs = 1_000;
const WARM_UP_ROOMS = 5;

/** What 2,000 silent connections cost in resident memory, in rooms of 100. */
export async function idle(bench: Bench): Promise<void> {
  const connections = bench.settings.quick ? 500 : 2_000;
  const shape = { rooms: connections / 100, members: 100 };
  // Kept in the database, because the process that made the accounts has grown by making them.
  const databaseUrl = await bench.createDatabase();
  const maker = await bench.startProduct(databaseUrl);
  const own = await prepareRooms(maker.port, shape).finally(async () => maker.stop());
  const ours: number[] = [];
  const theirs: number[] = [];
  // A process that gave memory back once does not take it in the same way again: each turn has a fresh one.
  await bench.inTurns(async () => {
    const product = await bench.startProduct(databaseUrl);
    try {
      ours.push(await perConnection(bench, product, own, 'sync'));
    } finally {
      await product.stop();
    }
    const bare = await bench.startReference('bare-socketio');
    const rooms = Array.from({ length: shape.rooms }, () => {
      return { id: randomUUID(), tokens: Array.from({ length: shape.members }, () => ''), senders: 0 };
    });
    try {
      theirs.push(await perConnection(bench, bare, rooms, 'join_room'));
    } finally {
      await bare.stop();
    }
  });
  bench.add({
    scenario: `${connections} idle connections`,
    unit: 'KB per connection',
    product: ours,
    reference: { name: 'bare', values: theirs },
    target: { atMost: 1.3 },
  });
}

async function perConnection(
  bench: Bench,
  server: ServerHandle,
  rooms: readonly RoomSpec[],
  entry: 'sync' | 'join_room',
): Promise<number> {
  const specOf = (some: readonly RoomSpec[]) => {
    return { rooms: some, inFlight: 1, entry, sequenced: true, phases: [{ kind: 'hold' } as const] };
  };
  // What a process takes once, when it first has something to do, is not the price of a connection.
  await bench.load(`warm-up, ${server.name}`, server, specOf(rooms.slice(0, WARM_UP_ROOMS)), () => sleep(settleMs));
  await sleep(settleMs);
  await server.collectGarbage();
  const before = residentKilobytes(server.pid);
  let after = 0;
  const spec = specOf(rooms);
  await bench.load(`idle, ${server.name}`, server, spec, async () => {
    await sleep(settleMs);
    await server.collectGarbage();
    after = residentKilobytes(server.pid);
  });
  const connections = rooms.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const each = (after - before) / connections;
  bench.say(`idle, ${server.name}: ${figure(before)} KB, with ${connections} connections ${figure(after)} KB`);
  return each;
}
