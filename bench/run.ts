import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { locateServer } from '../tests/support/databases/locate-server.ts';
import { startServer } from '../tests/support/databases/start-server.ts';
import { isMissing, type Flavour } from '../tests/support/databases/types.ts';
import { Bench } from './harness/bench.ts';
import { compileForNode } from './harness/compile.ts';
import { printProfiles } from './harness/profiles.ts';
import { median } from './harness/statistics.ts';
import { formatTable } from './harness/table.ts';
import { abuse } from './scenarios/abuse.ts';
import { fanout } from './scenarios/fanout.ts';
import { growth } from './scenarios/growth.ts';
import { history } from './scenarios/history.ts';
import { hotRoom } from './scenarios/hot-room.ts';
import { idle } from './scenarios/idle.ts';
import { roomsMine } from './scenarios/rooms-mine.ts';
import { signIn } from './scenarios/sign-in.ts';
import { sends } from './scenarios/sends.ts';
import { watched } from './scenarios/watched.ts';

const usage = `Usage: npm run bench -- [--quick] [--only ${'sends,fanout,idle,history,rooms,growth,abuse,signin,hotroom,watched'}]
  [--db mysql|mariadb|mysql://user:password@host:port] [--turns n] [--profile] [--product file]`;

const quietCores = 0.15;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    db: { type: 'string', default: 'mysql' },
    turns: { type: 'string' },
    profile: { type: 'boolean', default: false },
    product: { type: 'string', default: 'dist/main/main.js' },
    help: { type: 'boolean', default: false },
  },
});

interface DatabaseServer {
  readonly url: string;
  readonly title: string;
  readonly flavour: Flavour;
  readonly pid: number;
  stop(): Promise<void>;
}

async function openDatabase(wanted: string): Promise<DatabaseServer> {
  if (wanted !== 'mysql' && wanted !== 'mariadb') {
    const { askServer } = await import('../tests/support/databases/start-server.ts');
    const { version } = await askServer(wanted);
    const title = `the server at ${new URL(wanted).host}, version ${version}, with its own settings`;
    return { url: wanted, title, flavour: 'mysql', pid: 0, stop: async () => undefined };
  }
  const binary = await locateServer(wanted);
  if (isMissing(binary)) throw new Error(binary.missing);
  const running = await startServer({ ...binary, durable: true });
  const title = `${running.server}, private, at full durability (every commit flushed, binary log synced)`;
  return { url: running.url, title, flavour: wanted, pid: running.pid, stop: async () => running.stop() };
}

const scenarios: Readonly<Record<string, (bench: Bench, flavour: Flavour) => Promise<void>>> = {
  sends: async (bench, flavour) => sends(bench, { plainRatio: flavour === 'mysql' ? 20 : 12 }),
  fanout,
  idle,
  history,
  rooms: roomsMine,
  growth,
  abuse,
  signin: signIn,
  hotroom: hotRoom,
  watched,
};

const streamsOf = ({ loads }: Bench) =>
  loads.flatMap(({ result }) => result.phases.filter((phase) => phase.kind === 'stream'));

/** Figures of a machine that does something else meanwhile are not worth much, and ought to say so themselves. */
function noteOthers(bench: Bench): void {
  const busy = streamsOf(bench).map(({ cores }) => cores['others'] ?? 0);
  if (busy.length === 0) return;
  const usual = median(busy);
  const verdict = usual > quietCores ? 'NOT QUIET: repeat this run' : 'quiet';
  bench.note(
    `Other processes of this machine used ${usual.toFixed(2)} cores (at most ${Math.max(...busy).toFixed(2)}): ${verdict}.`,
  );
}

async function main(): Promise<void> {
  const wanted = options.only?.split(',') ?? Object.keys(scenarios);
  if (options.help || wanted.some((name) => scenarios[name] === undefined)) {
    console.error(usage);
    process.exitCode = options.help ? 0 : 1;
    return;
  }
  const startedAt = new Date();
  const results = join(import.meta.dirname, 'results', startedAt.toISOString().replaceAll(':', '-').slice(0, 19));
  const database = await openDatabase(options.db);
  const bench = new Bench({
    databaseServer: database.url,
    databasePid: database.pid,
    compiled: compileForNode(),
    product: options.product,
    quick: options.quick,
    turns: Number(options.turns ?? (options.quick ? 1 : 3)),
    warmUpMs: 1_000,
    measureMs: options.quick ? 1_500 : 3_500,
    profileDirectory: options.profile ? results : undefined,
  });
  const machine =
    `Node ${process.version} on ${availableParallelism()} cores, which the load generator, the server that is measured and ` +
    `the database share; ${database.title}.`;
  console.error(machine);
  const failures: string[] = [];
  for (const name of wanted) {
    const begun = performance.now();
    console.error(`${name} ...`);
    try {
      await scenarios[name]?.(bench, database.flavour);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    console.error(`${name}: ${((performance.now() - begun) / 1_000).toFixed(0)} s`);
  }
  await database.stop();
  noteOthers(bench);

  console.log(`\n${formatTable(bench.rows)}\n\n${[...bench.notes, machine].join('\n')}`);
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  const { rows, notes, loads } = bench;
  const report = { startedAt, machine, options, rows, notes, failures, loads };
  writeFileSync(`${results}.json`, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`Written to ${results}.json`);
  if (options.profile) printProfiles(results, streamsOf(bench));
  for (const failure of failures) console.error(`FAILED ${failure}`);
  process.exitCode = failures.length > 0 ? 1 : 0;
}

await main();
