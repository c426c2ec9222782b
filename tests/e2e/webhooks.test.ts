import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { cli } from '../support/harness/cli.ts';
import { startConsumer, verify, type Consumer, type Received } from '../support/harness/consumer.ts';
import { startChild, withDirectory, type LaunchedServer } from '../support/harness/launch.ts';
import { Device, Person } from '../support/harness/person.ts';
import { until } from '../support/harness/site.ts';

const WAIT_MS = 30_000;

let consumer: Consumer;
let server: LaunchedServer | undefined;
afterEach(async () => {
  await server?.kill('SIGKILL');
  await consumer.close();
});

/** A process on a file, and the command line beside it. */
async function product(work: (given: Awaited<ReturnType<typeof setUp>>) => Promise<void>): Promise<void> {
  await withDirectory(async (directory) => work(await setUp(directory)));
}

async function setUp(directory: string) {
  consumer = await startConsumer();
  const env = {
    DATABASE_URL: `sqlite:${join(directory, 'parley.db')}`,
    JWT_SECRET: 'a secret for tests that is long enough',
    WEBHOOKS_ALLOW_PRIVATE: 'on',
  };
  const start = async () => (server = await startChild(env));
  const webhook = async (...args: string[]) => {
    const outcome = await cli(['webhook', ...args, '--json'], { env });
    return { ...outcome, answer: JSON.parse(outcome.stdout || 'null') };
  };
  await start();
  return { start, webhook, url: () => (server as LaunchedServer).url };
}

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it('tells of everything from its adding on, signed, in the order of the room', () =>
  product(async ({ webhook, url }) => {
    const alice = await Person.register(url(), 'alice');
    const old = await alice.createRoom({ name: 'old' });
    const device = await alice.connect();
    const { answer } = await webhook('add', consumer.url);
    const roomId = await alice.createRoom({ name: 'new' });
    for (let n = 0; n < 20; n += 1) {
      await device.ask('send_message', { roomId, content: `message ${n}` });
      await device.ask('send_message', { roomId: old, content: `message ${n}` });
    }
    await until('all was told', () => consumer.received.length >= 42, WAIT_MS);
    expect(consumer.firstSeqs(roomId)).toEqual(upTo(22));
    expect(consumer.firstSeqs(old)).toEqual(upTo(22).slice(2));
    const types = consumer.received.filter(({ body }) => body.data.roomId === roomId).map(({ body }) => body.type);
    expect(types.slice(0, 3)).toEqual(['room.created', 'member.joined', 'message.created']);
    const { body } = await alice.call('GET', `/api/rooms/${roomId}/events?afterSeq=0`);
    for (const one of consumer.received) {
      expect(verify(one, answer.secret)).toMatchObject({ type: one.body.type });
      if (one.body.data.roomId === roomId) expect(one.body.data).toEqual(body.events[one.body.data.seq - 1]);
    }
    expect(new Set(consumer.received.map(({ id }) => id)).size).toBe(42);
    alice.close();
  }));

it(
  'loses nothing, keeps the order and repeats with the same id when the process is killed while it sends',
  () =>
    product(async ({ start, webhook, url }) => {
      await webhook('add', consumer.url);
      const alice = await Person.register(url(), 'alice');
      const rooms = [await alice.createRoom(), await alice.createRoom(), await alice.createRoom()];
      const heads = new Map(rooms.map((roomId) => [roomId, 2]));
      // In every other round the consumer fails in the middle: what it has not answered it has not handled either.
      let handlesUpTo = Number.POSITIVE_INFINITY;
      const dropped: Received[] = [];
      consumer.respond = (response, one) => {
        if (consumer.received.length <= handlesUpTo) return void setTimeout(() => response.writeHead(204).end(), 10);
        consumer.received.splice(consumer.received.indexOf(one), 1);
        dropped.push(one);
      };
      for (let kills = 0; kills < 5; kills += 1) {
        const mark = consumer.received.length + 20 + kills * 7;
        const droppedBefore = dropped.length;
        handlesUpTo = kills % 2 === 0 ? mark : Number.POSITIVE_INFINITY;
        const device = await new Device(url(), alice.token, { reconnection: false }).connected();
        for (let n = 0; n < 60; n += 1) {
          for (const roomId of rooms) {
            const { data } = await device.ask('send_message', { roomId, content: `${kills}/${n}` });
            heads.set(roomId, data.seq);
          }
        }
        const isInTheMiddle = () =>
          kills % 2 === 0 ? dropped.length > droppedBefore : consumer.received.length > mark;
        await until('it is sending', isInTheMiddle, WAIT_MS);
        device.close();
        await server?.kill('SIGKILL');
        handlesUpTo = Number.POSITIVE_INFINITY;
        await start();
      }
      const told = () => rooms.every((roomId) => consumer.firstSeqs(roomId).length >= (heads.get(roomId) ?? 0));
      await until('all was told', told, 2 * WAIT_MS);
      for (const roomId of rooms) expect(consumer.firstSeqs(roomId)).toEqual(upTo(heads.get(roomId) ?? 0));
      const places = new Map<string, string>();
      for (const { id, body } of [...consumer.received, ...dropped]) {
        const place = `${body.data.roomId}/${body.data.seq}`;
        expect(places.get(place) ?? id).toBe(id);
        places.set(place, id);
      }
      expect(new Set(places.values()).size).toBe(places.size);
      // Of each room that was being told of at a kill one entry may come twice.
      expect(consumer.received.length - places.size).toBeLessThanOrEqual(5 * rooms.length);
      alice.close();
    }),
  240_000,
);

it('tries again what failed, in its place, and leaves other rooms alone', () =>
  product(async ({ webhook, url }) => {
    const { answer: added } = await webhook('add', consumer.url, '--events', 'message.created');
    const alice = await Person.register(url(), 'alice');
    const device = await alice.connect();
    const [bad, good] = [await alice.createRoom(), await alice.createRoom()];
    let failing = true;
    consumer.respond = (response, { body }) => {
      if (failing && body.data.roomId === bad && body.data.seq === 4) response.writeHead(307, { location: '/' }).end();
      else response.end('thanks');
    };
    for (let n = 0; n < 3; n += 1) {
      await device.ask('send_message', { roomId: bad, content: 'x' });
      await device.ask('send_message', { roomId: good, content: 'x' });
    }
    await until('the good room is through', () => consumer.firstSeqs(good).length === 3, WAIT_MS);
    await until('it has failed', () => consumer.firstSeqs(bad).includes(4), WAIT_MS);
    const { answer: list } = await webhook('list');
    expect(list.webhooks[0]).toMatchObject({ id: added.id, events: ['message.created'], disabledAt: null });
    expect(JSON.stringify(list)).not.toContain('whsec_');
    failing = false;
    await until('the bad one too', () => consumer.firstSeqs(bad).length === 3, WAIT_MS);
    expect(consumer.firstSeqs(bad)).toEqual([3, 4, 5]);
    const attempts = consumer.received.filter(({ body }) => body.data.roomId === bad && body.data.seq === 4);
    expect(attempts.length).toBeGreaterThan(1);
    expect(new Set(attempts.map(({ id }) => id)).size).toBe(1);
    const { answer: replayed } = await webhook('replay', added.id, '--room', good, '--from-seq', '4');
    expect(replayed).toMatchObject({ entries: 2 });
    const again = () => consumer.received.filter(({ body }) => body.data.roomId === good).length;
    await until('it is told again', () => again() === 5, WAIT_MS);
    alice.close();
  }));

it('stops at a 410, and goes on where it was when it is enabled', () =>
  product(async ({ webhook, url }) => {
    const { answer: added } = await webhook('add', consumer.url);
    consumer.respond = (response) => response.writeHead(410).end();
    const alice = await Person.register(url(), 'alice');
    const roomId = await alice.createRoom();
    const state = async () => (await webhook('list')).answer.webhooks[0];
    await until('it is disabled', async () => (await state()).disabledReason === 'gone', WAIT_MS);
    expect(consumer.received).toHaveLength(1);
    consumer.respond = (response) => response.end();
    const { answer: tested, exitCode } = await webhook('test', added.id);
    expect({ tested, exitCode }).toMatchObject({ tested: { accepted: true, status: 200 }, exitCode: 0 });
    expect((await webhook('enable', added.id)).exitCode).toBe(0);
    await until('it goes on', () => consumer.firstSeqs(roomId).length === 2, WAIT_MS);
    const { answer: rotated } = await webhook('rotate-secret', added.id);
    const device = await alice.connect();
    const last = () => consumer.received.at(-1) as Received;
    const signatures = () => String(last().headers['webhook-signature']).split(' ');
    const isSignedTwice = async () => {
      await device.ask('send_message', { roomId, content: 'x' });
      return signatures().length === 2;
    };
    await until('it is signed with both', isSignedTwice, WAIT_MS);
    for (const secret of [added.secret, rotated.secret]) expect(verify(last(), secret)).toBeTruthy();
    expect((await webhook('remove', added.id, '--yes')).exitCode).toBe(0);
    expect((await webhook('list')).answer).toEqual({ webhooks: [] });
    expect((await webhook('dead', added.id)).exitCode).toBe(3);
    alice.close();
  }));
