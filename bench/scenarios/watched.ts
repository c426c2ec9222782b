import type { Bench } from '../harness/bench.ts';
import { prepareRooms } from '../harness/rest.ts';
import type { StreamResult } from '../load/spec.ts';
import { loadOf, measure, perMessage, type Side } from './sends.ts';

const SHAPE = { rooms: 10, members: 5 };

/** What metrics cost: the same server with and without them, in turns, and scraped in each. */
export async function watched(bench: Bench): Promise<void> {
  const watched = await bench.startProduct(await bench.createDatabase(), 'watched', { METRICS: 'on' });
  const plain = await bench.startProduct(await bench.createDatabase(), 'not watched', { METRICS: 'off' });
  try {
    const sides: Side[] = [];
    for (const server of [watched, plain]) {
      const side = { server, rooms: await prepareRooms(server.port, SHAPE), sequenced: true };
      await bench.warmUp(server, loadOf(side));
      sides.push(side);
    }
    const results: StreamResult[][] = [[], []];
    await bench.inTurns(async () => {
      for (const [index, side] of sides.entries()) {
        results[index]?.push(await measure(bench, 'watched', side));
        await (await fetch(`http://127.0.0.1:${side.server.port}/metrics`)).text();
      }
    });
    const [own = [], other = []] = results;
    const compare = (unit: string, of: (result: StreamResult) => number, target: object) =>
      bench.add({
        ...{ scenario: 'durable sends with metrics', unit, target },
        product: own.map(of),
        reference: { name: 'without', values: other.map(of) },
      });
    compare('messages/s', ({ messagesPerSecond }) => messagesPerSecond, { atLeast: 0.97 });
    compare('server us/message', perMessage, { atMost: 1.03 });
  } finally {
    await Promise.all([watched.stop(), plain.stop()]);
  }
}
