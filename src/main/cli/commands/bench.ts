import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';

const HOW = `The benchmarks are not part of the package. In a copy of the repository:
  npm ci
  npm run bench           messages, deliveries and storms of clients, against references in the same run
  npm run bench:storm     many clients that come at once
docs/performance.md says what they measure, and what was measured.
`;

export function addBench(program: Command, { io }: CommandContext): void {
  program
    .command('bench')
    .description('say how to measure this machine')
    .action(() => void io.stdout.write(HOW));
}
