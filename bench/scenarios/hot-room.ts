import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startRedis } from '../../tests/support/databases/redis-server.ts';
import { isMissing } from '../../tests/support/databases/types.ts';
import type { Bench } from '../harness/bench.ts';
import type { ServerHandle } from '../harness/processes.ts';
import { call, prepareRooms } from '../harness/rest.ts';
import { figure } from '../harness/table.ts';

const senders = 16;
const inFlight = 8;

/** Sends into one room and counts what is acked. */
class Sender {
  acked = 0;
  refused = 0;
  readonly #socket: WebSocket;
  readonly #roomId: string;
  readonly #name: string;
  #next = 0;

  private constructor(socket: WebSocket, roomId: string, name: string) {
    this.#socket = socket;
    this.#roomId = roomId;
    this.#name = name;
  }

  static async connect(port: number, token: string, roomId: string, name: string): Promise<Sender> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
    const sender = new Sender(socket, roomId, name);
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (data: Buffer) => {
        const text = data.toString('latin1', 0, 30);
        if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
        else if (text.startsWith('40')) resolve();
        else if (text.startsWith('2')) socket.send('3');
        else if (text.startsWith('43')) sender.#answered(text.includes('"ok":true'));
      });
    });
    return sender;
  }

  begin(): void {
    for (let count = 0; count < inFlight; count += 1) this.#send();
  }

  close(): void {
    this.#socket.close();
  }

  #answered(isOk: boolean): void {
    if (isOk) this.acked += 1;
    else this.refused += 1;
    this.#send();
  }

  #send(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#next += 1;
    const message = { roomId: this.#roomId, content: 'hot', clientMessageId: `${this.#name}-${this.#next}` };
    this.#socket.send(`42${this.#next}${JSON.stringify(['send_message', message])}`);
  }
}

/** One room that everybody writes to: by one node, and by two that take the room from each other. */
export async function hotRoom(bench: Bench): Promise<void> {
  const redis = await startRedis();
  if (isMissing(redis)) throw new Error(redis.missing);
  const databaseUrl = await bench.createDatabase();
  const environment = { REDIS_URL: redis.url };
  const nodes = [
    await bench.startProduct(databaseUrl, 'node a', environment),
    await bench.startProduct(databaseUrl, 'node b', environment),
  ] as const;
  try {
    const one: number[] = [];
    const two: number[] = [];
    await measure(bench, [nodes[0]]);
    await measure(bench, nodes);
    await bench.inTurns(async () => {
      one.push(await measure(bench, [nodes[0]]));
      two.push(await measure(bench, nodes));
      bench.say(`hot room: ${figure(one.at(-1) ?? 0)} messages/s by one node, ${figure(two.at(-1) ?? 0)} by two`);
    });
    bench.add({
      scenario: `one room, ${senders} senders, two nodes`,
      unit: 'messages/s',
      product: two,
      reference: { name: 'by one node', values: one },
      target: { atLeast: 0.5 },
    });
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  }
}

async function measure(bench: Bench, nodes: readonly ServerHandle[]): Promise<number> {
  const [first] = nodes as readonly [ServerHandle, ...ServerHandle[]];
  const [room] = await prepareRooms(first.port, { rooms: 1, members: senders });
  if (!room) throw new Error('There is a room.');
  const crowd = await Promise.all(
    room.tokens.map((token, index) => {
      const node = nodes[index % nodes.length] ?? first;
      return Sender.connect(node.port, token, room.id, String(index));
    }),
  );
  const acked = () => crowd.reduce((sum, sender) => sum + sender.acked, 0);
  for (const sender of crowd) sender.begin();
  await sleep(bench.settings.warmUpMs);
  const [before, startMs] = [acked(), performance.now()];
  await sleep(bench.settings.measureMs);
  const perSecond = (acked() - before) / ((performance.now() - startMs) / 1_000);
  for (const sender of crowd) sender.close();
  // What was on its way when they went is stored as well.
  await sleep(300);
  const path = `/api/rooms/${room.id}/events?limit=1`;
  const { headSeq } = await call<{ headSeq: number }>(first.port, { path, token: room.tokens[0] ?? '' });
  const refused = crowd.reduce((sum, sender) => sum + sender.refused, 0);
  if (refused > 0) bench.note(`hot room: ${refused} messages were refused`);
  if (headSeq < acked()) bench.note(`hot room: ${acked()} were acked, and the log ends at ${headSeq}`);
  return perSecond;
}
