import { parseArgs } from 'node:util';
import { locateServer } from './locate-server.ts';
import { startRedis } from './redis-server.ts';
import { startServer } from './start-server.ts';
import { flavours, isMissing, note, type Missing } from './types.ts';

const usage = 'Usage: npx tsx tests/support/databases/serve.ts mysql|mariadb|redis [--durable]';

interface Served {
  readonly url: string;
  readonly server?: string;
  stop(): Promise<void>;
}

async function startNamed(name: string, durable: boolean): Promise<Served | Missing> {
  if (name === 'redis') return startRedis();
  const flavour = flavours.find((known) => known === name);
  if (flavour === undefined) return { missing: usage };
  const binary = await locateServer(flavour);
  return isMissing(binary) ? binary : startServer({ ...binary, durable });
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { durable: { type: 'boolean' } } });
  const served = await startNamed(positionals[0] ?? '', values.durable ?? false);
  if (isMissing(served)) {
    console.error(served.missing);
    process.exitCode = 1;
    return;
  }
  // npx does not pass a signal on, so whoever started this by npx needs the number of the process itself.
  note(`${served.server ?? 'Redis'} runs until kill ${process.pid}`);
  console.log(served.url);
  await new Promise<void>((resolve) => {
    // The timer keeps the process alive where the server is not a child of it.
    const timer = setInterval(() => undefined, 60_000);
    const end = () => {
      clearInterval(timer);
      resolve();
    };
    process.once('SIGTERM', end);
    process.once('SIGINT', end);
  });
  await served.stop();
}

await main();
