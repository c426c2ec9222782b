import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { locateServer } from '../tests/support/databases/locate-server.ts';
import { startServer } from '../tests/support/databases/start-server.ts';
import { isMissing } from '../tests/support/databases/types.ts';
import { Bench } from './harness/bench.ts';
import { compileForNode } from './harness/compile.ts';
import { forkGenerator, type ServerHandle } from './harness/processes.ts';
import { call, inParallel, prepareRooms } from './harness/rest.ts';
import { spreadOf } from './harness/statistics.ts';
import type { RoomSpec } from './load/spec.ts';
import type { StormResult, StormSpec } from './load/storm-spec.ts';

/** All clients come at once to a server that has just started; see bench/README.md. */

const { values: options } = parseArgs({
  options: {
    clients: { type: 'string', default: '5000' },
    room: { type: 'string', default: '50' },
    turns: { type: 'string', default: '3' },
    db: { type: 'string', default: 'sqlite,mysql' },
    product: { type: 'string', default: 'dist/main/main.js' },
  },
});

const missed = 10;
/** A process that has just started is still being compiled by itself; so is the one that is compared. */
const settleMs = 1_000;

const clients = Number(options.clients);
const members = Number(options.room);

async function storm(bench: Bench, server: ServerHandle, spec: Omit<StormSpec, 'port' | 'pid'>): Promise<StormResult> {
  const { child, stop } = forkGenerator({ name: 'storm', file: join(bench.settings.compiled, 'load/storm.js') });
  try {
    return await new Promise<StormResult>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The storm ended with code ${code}.`)));
      child.on('message', (message: { type: string; result: StormResult; reason: string }) => {
        if (message.type === 'result') resolve(message.result);
        else reject(new Error(message.reason));
      });
      child.send({ ...spec, port: server.port, pid: server.pid });
    });
  } finally {
    await stop();
  }
}

async function prepare(bench: Bench, databaseUrl: string): Promise<RoomSpec[]> {
  const maker = await bench.startProduct(databaseUrl);
  try {
    const rooms = await prepareRooms(maker.port, { rooms: Math.ceil(clients / members), members });
    await inParallel(rooms, async ({ id, tokens }) => {
      for (let count = 0; count < missed; count += 1) {
        const path = `/api/rooms/${id}/messages`;
        await call(maker.port, { method: 'POST', path, token: tokens[0] ?? '', body: { content: `missed ${count}` } });
      }
    });
    return rooms;
  } finally {
    await maker.stop();
  }
}

const perSecond = ({ clients: count, connectedMs }: StormResult) => count / (connectedMs / 1_000);

function say(name: string, result: StormResult): void {
  const { connectedMs, syncedMs, p50Ms, p99Ms, refused, lost, nacks, statuses, serverCores, generatorCores } = result;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  console.log(
    `${name.padEnd(14)} ${perSecond(result).toFixed(0).padStart(6)} handshakes/s, all in ${seconds(connectedMs)}, ` +
      `all synced ${seconds(syncedMs)} (half ${seconds(p50Ms)}, 99 % ${seconds(p99Ms)}); ` +
      `${refused} refused, ${lost} lost, ${nacks} nacks, ${statuses} user_status; ` +
      `cores: server ${serverCores.toFixed(2)}, clients ${generatorCores.toFixed(2)}`,
  );
}

async function measure(bench: Bench, title: string, databaseUrl: string): Promise<void> {
  console.log(`\n${title}: ${clients} clients in rooms of ${members}, each has missed ${missed} messages`);
  const rooms = await prepare(bench, databaseUrl);
  const all = rooms.flatMap(({ id, tokens }) => tokens.map((token) => ({ token, roomId: id }))).slice(0, clients);
  const turns: { ours: StormResult; bare: StormResult }[] = [];
  for (let turn = 0; turn < Number(options.turns); turn += 1) {
    const product = await bench.startProduct(databaseUrl);
    await sleep(settleMs);
    // The creation of the room and the joinings stand before the messages in the log.
    const ours = await storm(bench, product, { clients: all, then: 'sync', afterSeq: members });
    await product.stop();
    say('product', ours);
    const reference = await bench.startReference('bare-socketio');
    await sleep(settleMs);
    const bare = await storm(bench, reference, { clients: all, then: 'join_room', afterSeq: 0 });
    await reference.stop();
    say('bare Socket.IO', bare);
    turns.push({ ours, bare });
  }
  const line = (what: string, values: readonly number[], digits: number) => {
    const { median, min, max } = spreadOf(values);
    console.log(`  ${what}: ${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`);
  };
  const rate = turns.map(({ ours }) => perSecond(ours));
  line('handshakes/s, target >= 1,000', rate, 0);
  line(
    's until all are synced, target <= 15 for 5,000',
    turns.map(({ ours }) => ours.syncedMs / 1_000),
    2,
  );
  const ratio = turns.map(({ ours, bare }) => perSecond(ours) / perSecond(bare));
  line('handshakes/s, as a share of bare Socket.IO', ratio, 2);
}

async function main(): Promise<void> {
  console.log(`Node ${process.version} on ${availableParallelism()} cores, shared by clients, server and database.`);
  const wanted = options.db.split(',');
  const settings = { quick: false, turns: 1, warmUpMs: 0, measureMs: 0, compiled: compileForNode() };
  const benchOn = (databaseServer: string, databasePid: number) =>
    new Bench({ ...settings, product: options.product, databaseServer, databasePid });
  if (wanted.includes('sqlite')) {
    const directory = mkdtempSync(join(tmpdir(), 'parley-storm-'));
    await measure(benchOn('', 0), 'SQLite', `sqlite:${join(directory, 'storm.db')}`);
    rmSync(directory, { recursive: true });
  }
  for (const flavour of ['mysql', 'mariadb'] as const) {
    if (!wanted.includes(flavour)) continue;
    const binary = await locateServer(flavour);
    if (isMissing(binary)) throw new Error(binary.missing);
    const running = await startServer({ ...binary, durable: true });
    const bench = benchOn(running.url, running.pid);
    await measure(bench, `${running.server}, at full durability`, await bench.createDatabase());
    await running.stop();
  }
}

await main();
