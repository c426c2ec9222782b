import type { Bench } from '../harness/bench.ts';
import { prepareRooms } from '../harness/rest.ts';
import { figure, formatColumns } from '../harness/table.ts';
import { streamOf } from './phases.ts';

interface Shape {
  readonly rooms: number;
  readonly members: number;
  readonly senders: number;
}

const start: Shape = { rooms: 10, members: 5, senders: 5 };
const inFlight = 4;

/**
 * Doubles one thing at a time. What has to grow with it, and no faster, is the work: the processor time of the server for a
 * message, which has a part for the message and one for each of its deliveries.
 */
export async function growth(bench: Bench): Promise<void> {
  const { quick } = bench.settings;
  const product = await bench.startProduct(await bench.createDatabase());
  const lines: string[][] = [];
  try {
    const warm = await prepareRooms(product.port, start);
    await bench.warmUp(product, { rooms: warm, inFlight, entry: 'sync', sequenced: true, phases: [] });
    for (const [axis, shapes] of Object.entries(quick ? { members: axes(1).members } : axes(2))) {
      for (const shape of shapes) {
        const rooms = await prepareRooms(product.port, shape);
        const phases = [{ kind: 'stream', warmUpMs: 500, measureMs: quick ? 700 : 1_500 } as const];
        const spec = { rooms, inFlight, entry: 'sync', sequenced: true, phases } as const;
        const result = streamOf(await bench.load(`growth, ${axis}`, product, spec));
        const { messagesPerSecond, deliveriesPerSecond, cores } = result;
        const server = cores['server'] ?? 0;
        lines.push([
          axis,
          `${shape.rooms} x ${shape.members}, ${shape.senders} send`,
          figure(messagesPerSecond),
          figure(deliveriesPerSecond),
          figure(result.ackMs.p99),
          figure((server * 1e6) / messagesPerSecond),
          figure((server * 1e6) / deliveriesPerSecond),
        ]);
        bench.say(`growth, ${axis}: ${lines.at(-1)?.slice(1).join('  ')}`);
      }
    }
  } finally {
    await product.stop();
  }
  const header = [
    'doubled',
    'rooms x members',
    'messages/s',
    'deliveries/s',
    'p99 ms',
    'server us/message',
    'us/delivery',
  ];
  bench.note(`Growth (4 in flight for each sender):\n${formatColumns(header, lines)}`);
}

function axes(doublings: number): Record<'rooms' | 'members' | 'senders', Shape[]> {
  const factors = Array.from({ length: doublings + 1 }, (_, power) => 2 ** power);
  return {
    rooms: factors.map((factor) => ({ ...start, rooms: start.rooms * factor })),
    members: factors.map((factor) => ({ ...start, members: start.members * factor })),
    senders: factors.map((factor) => ({ rooms: 10, members: 8, senders: factor })),
  };
}
