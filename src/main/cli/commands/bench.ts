import { InvalidArgumentError, type Command } from 'commander';
import { startChildServer } from '../../bench/child-server.ts';
import { measure, type BenchPlan } from '../../bench/measure.ts';
import { scratchDatabase } from '../../bench/scratch-database.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { answer } from '../cli-io.ts';
import type { CommandContext } from '../command-context.ts';
import { progress } from '../progress.ts';
import { storedConfig } from '../stored-config.ts';

const EXAMPLES = `
Examples:
  $ parley bench
  $ parley bench --rooms 2 --members 25 --seconds 20 --json

It starts this version of the server on an empty database beside yours (on the same server or disk), lets people chat
there, and drops it. A live system keeps its data and only notices the load. The people run on this machine as well, so
it can carry more than this says. MySQL: the user needs the right to create and drop parley_bench_*.

What was measured against other servers, and how: docs/performance.md.`;

interface Flags extends BenchPlan {
  readonly json?: boolean;
}

export function addBench(program: Command, { io }: CommandContext): void {
  program
    .command('bench')
    .description('measure what this machine and its database do, on a database of its own')
    .option('--rooms <number>', 'how many rooms', upTo(100), 10)
    .option('--members <number>', 'how many people in each', upTo(100), 5)
    .option('--seconds <number>', 'for how long', upTo(600), 5)
    .option('--json', 'answer as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async ({ json = false, ...plan }: Flags) => {
      const { databaseUrl, databaseTls } = storedConfig(io, { mustExist: false });
      const { lone, busy, messages, deliveries } = await unlessInterrupted(async (interrupt) => {
        const scratch = await scratchDatabase(databaseUrl, databaseTls);
        try {
          const server = await startChildServer(io.env, scratch.url, interrupt);
          const bar = progress(io, 'seconds');
          try {
            return await measure(server.url, plan, (seconds) => bar.at(Math.round(seconds), plan.seconds), interrupt);
          } finally {
            bar.end();
            await server.stop();
          }
        } finally {
          await scratch.drop();
        }
      });
      const people = plan.rooms * plan.members;
      answer(io, json, { ...plan, lone, busy, messages, deliveries }, [
        `one after the other: acked in ${lone.p50} ms (p50), ${lone.p99} ms (p99)`,
        `${people} people in ${plan.rooms} rooms: ${messages.toLocaleString('en')} messages/s stored, ` +
          `${deliveries.toLocaleString('en')} deliveries/s, acked in ${busy.p50} ms (p50), ${busy.p99} ms (p99)`,
      ]);
    });
}

/** Nothing may be left behind, so an interrupt is a failure like others. */
async function unlessInterrupted<T>(work: (interrupt: AbortSignal) => Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const signal of signals) process.on(signal, interrupt);
  try {
    return await work(controller.signal);
  } catch (error) {
    throw controller.signal.aborted ? new CliError(EXIT.failed, 'Interrupted.') : error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}

const upTo =
  (most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= 1 && number <= most) return number;
    throw new InvalidArgumentError(`A whole number from 1 to ${most}.`);
  };
