import { PrometheusProbe } from '../../src/adapters/outbound/metrics/prometheus-probe.ts';
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
    bench.add({
      ...{ scenario: 'what is counted for a message', unit: 'us', target: { atMost: 0.03 } },
      product: other.map(countingUs),
      reference: { name: 'server without', values: other.map(perMessage) },
    });
  } finally {
    await Promise.all([watched.stop(), plain.stop()]);
  }
}

/**
 * The same server is faster in one turn and slower in the next by more than counting costs, so that is also measured by
 * itself: what the probe is told of a message, and of its share of a batch of ten with its two statements.
 */
function countingUs(): number {
  const probe = new PrometheusProbe();
  const messages = 200_000;
  const tell = (count: number) => {
    for (let n = 0; n < count; n += 1) {
      probe.command('send_message', 'ok', n % 50);
      if (n % 10 !== 0) continue;
      probe.batch(10, n % 20);
      probe.statement('write', n % 20, false);
      probe.statement('read', n % 20, false);
    }
  };
  tell(messages);
  const startedMs = performance.now();
  tell(messages);
  return ((performance.now() - startedMs) * 1_000) / messages;
}
