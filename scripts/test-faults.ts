import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runChaos, type ChaosSummary } from '../tests/faults/chaos/run-chaos.ts';
import { locateServer } from '../tests/support/databases/locate-server.ts';
import { startServer } from '../tests/support/databases/start-server.ts';
import { isMissing } from '../tests/support/databases/types.ts';

const USAGE = `Usage: npm run test:faults -- [--seed 1] [--runs 10] [--nodes 3] [--seconds 20]
Each run has the seed after the one before. Writes .cache/faults.json; ends with 1 when a promise was broken.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '10' },
    nodes: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const binary = await locateServer('mysql');
if (isMissing(binary)) throw new Error(binary.missing);
const database = await startServer({ ...binary, durable: true });
const summaries: ChaosSummary[] = [];
try {
  for (let run = 0; run < Number(values.runs); run += 1) {
    const seed = Number(values.seed) + run;
    const summary = await runChaos({
      seed,
      nodes: Number(values.nodes),
      workMs: Number(values.seconds) * 1_000,
      databaseServer: database.url,
    });
    summaries.push(summary);
    console.log(JSON.stringify(summary, null, 2));
    if (summary.violations.length > 0) {
      console.log(
        `Again: npm run test:faults -- --seed ${seed} --runs 1 --nodes ${values.nodes} --seconds ${values.seconds}`,
      );
    }
  }
} finally {
  await database.stop();
  mkdirSync('.cache', { recursive: true });
  writeFileSync('.cache/faults.json', JSON.stringify(summaries, null, 2));
}
const broken = summaries.filter(({ violations }) => violations.length > 0);
console.log(`${summaries.length} runs, ${broken.length} with violations; written to .cache/faults.json`);
process.exit(broken.length === 0 ? 0 : 1);
