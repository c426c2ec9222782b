import type { Command } from 'commander';
import { readConfig } from '../../config/config.ts';
import { start, type RunningServer } from '../../start.ts';
import { CliError, EXIT, type ExitCode } from '../cli-error.ts';
import { explain } from '../explain.ts';
import type { CommandContext } from '../command-context.ts';

const EXAMPLES = `
Examples:
  $ parley serve                                       on port 4000, data in ./data
  $ DATABASE_URL=mysql://user:password@host/chat PORT=80 parley serve

SIGTERM and SIGINT let what is in flight finish; a second signal does not wait.`;

export function addServe(program: Command, { io, end }: CommandContext): void {
  program
    .command('serve')
    .description('start the server (what parley without a command does)')
    .addHelpText('after', EXAMPLES)
    .action(async () => {
      const config = readConfig(io.env);
      const server = await start(config).catch(refuse);
      // It serves meanwhile: weak spots are no reason to let clients wait.
      void server.warnOfWeakSpots();
      end(await untilStopped(server));
    });
}

function refuse(error: unknown): never {
  throw new CliError(EXIT.failed, `Parley could not start: ${explain(error).text ?? 'nobody knows why'}`);
}

function untilStopped(server: RunningServer): Promise<ExitCode> {
  return new Promise((resolve) => {
    let stopping = false;
    const stop = (): void => {
      // A second signal means that somebody does not want to wait.
      if (stopping) process.exit(EXIT.failed);
      stopping = true;
      void server.stop().then((clean) => resolve(clean ? EXIT.ok : EXIT.failed));
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
    // After a bug nobody knows what state the process is in: say so, let what is in flight finish, and go.
    const failed = (error: unknown): void => {
      server.report(error);
      if (stopping) return;
      stopping = true;
      void server.stop().then(() => resolve(EXIT.failed));
    };
    process.on('uncaughtException', failed);
    process.on('unhandledRejection', failed);
  });
}
