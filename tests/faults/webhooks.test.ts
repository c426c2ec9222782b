import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { upTo } from '../contract/concurrency.ts';
import { mysqlUrl } from '../support/databases/available.ts';
import { cli } from '../support/harness/cli.ts';
import { startConsumer, type Consumer } from '../support/harness/consumer.ts';
import { startChild, type LaunchedServer } from '../support/harness/launch.ts';
import { startTwoNodes, type TwoNodes } from '../support/harness/nodes.ts';
import { Device } from '../support/harness/person.ts';
import { until } from '../support/harness/site.ts';

const WAIT_MS = 60_000;
const ROOMS = 3;

let nodes: TwoNodes;
let consumer: Consumer;
const restarted: LaunchedServer[] = [];
afterEach(async () => {
  await Promise.all(restarted.splice(0).map((node) => node.kill('SIGKILL')));
  await nodes.stop();
  await consumer.close();
});

it('lose nothing and keep the order of each room when the node that delivers is killed, again and again', async () => {
  consumer = await startConsumer();
  nodes = await startTwoNodes(mysqlUrl(), { WEBHOOKS_ALLOW_PRIVATE: 'on' });
  const live = [nodes.a, nodes.b];
  const added = await cli(['webhook', 'add', consumer.url, '--events', 'message.created', '--json'], {
    env: nodes.env(0),
  });
  expect(added.exitCode).toBe(0);
  const rooms = await Promise.all(upTo(ROOMS).map(() => nodes.room(2)));
  consumer.respond = (response) => void setTimeout(() => response.writeHead(204).end(), 5);
  const sent = new Map(rooms.map(({ roomId }) => [roomId, [] as number[]]));
  /** Each person writes by way of a node of its own, so every room is written to by both. */
  const sendFrom = async (count: number) => {
    await Promise.all(
      rooms.flatMap(({ roomId, people }) =>
        people.map(async ({ token }, who) => {
          const url = live[who]?.url ?? '';
          const device = await new Device(url, token, { reconnection: false }).connected();
          for (let n = 0; n < count; n += 1) {
            const { data } = await device.ask('send_message', { roomId, content: `from ${who}` });
            sent.get(roomId)?.push(data.seq);
          }
          device.close();
        }),
      ),
    );
  };
  for (let kills = 0; kills < 4; kills += 1) {
    const mark = consumer.received.length;
    await sendFrom(25);
    await until('it is being told', () => consumer.received.length > mark + 10, WAIT_MS);
    // After a kill the other one delivers, which is killed next.
    const node = kills % 2;
    await live[node]?.kill('SIGKILL');
    const fresh = await startChild(nodes.env(node as 0 | 1));
    live[node] = fresh;
    restarted.push(fresh);
  }
  const all = (roomId: string) => [...(sent.get(roomId) ?? [])].sort((x, y) => x - y);
  const told = () => rooms.every(({ roomId }) => consumer.firstSeqs(roomId).length >= all(roomId).length);
  await until('all was told', told, WAIT_MS);
  // A late repeat would be seen.
  await sleep(2_000);
  for (const { roomId } of rooms) {
    expect(all(roomId)).toHaveLength(200);
    expect(consumer.firstSeqs(roomId)).toEqual(all(roomId));
  }
  const ids = new Map<string, string>();
  for (const { id, body } of consumer.received) {
    const place = `${body.data.roomId}/${body.data.seq}`;
    expect(ids.get(place) ?? id).toBe(id);
    ids.set(place, id);
  }
  // Of each room that was being told of at a kill one entry may come twice.
  expect(consumer.received.length - ids.size).toBeLessThanOrEqual(4 * ROOMS);
}, 240_000);
