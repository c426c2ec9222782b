import { Command } from 'commander';
import { packageVersion } from '../package-version.ts';
import { EXIT, type ExitCode } from './cli-error.ts';
import { note, type CliIo } from './cli-io.ts';
import type { CommandContext } from './command-context.ts';
import { addBackup, addVerify } from './commands/backup.ts';
import { addBench } from './commands/bench.ts';
import { addDoctor } from './commands/doctor.ts';
import { addImport } from './commands/import.ts';
import { addMigrate } from './commands/migrate.ts';
import { addRoom } from './commands/room.ts';
import { addServe } from './commands/serve.ts';
import { addUser } from './commands/user.ts';
import { addWebhook } from './commands/webhook.ts';
import { explain } from './explain.ts';

const EXAMPLES = `
Examples:
  $ parley                          start the server, as 'parley serve' does
  $ parley doctor                   look for what is wrong with this installation, and say what to do
  $ parley migrate status --json    what the schema lacks, for a program

Configuration comes from the environment: see .env.example. DATABASE_URL names the database.
Answers go to standard output, all else to standard error.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 problems or nothing found, 78 configuration not usable.`;

/** Parses, runs and explains. Resolves to the exit code; never rejects, and never ends the process. */
export async function runCli(args: readonly string[], io: CliIo): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  const program = createProgram({ io, end: (code) => (exitCode = code) });
  try {
    await program.parseAsync(args.length === 0 ? ['serve'] : [...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    const { exitCode, text } = explain(error);
    if (text !== null) note(io, text);
    return exitCode;
  }
}

function createProgram(context: CommandContext): Command {
  const { io } = context;
  const program = new Command('parley')
    .description('A real-time chat backend: the server, and what its operator needs.')
    .usage('[command] [options]')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .helpCommand('help [command]', 'explain a command')
    .helpOption('-h, --help', 'explain the command')
    .version(packageVersion(), '--version', 'print the version')
    .showHelpAfterError('Add --help to see what there is.')
    .addHelpText('after', EXAMPLES);
  const commands = [
    ...[addServe, addMigrate, addDoctor, addUser, addRoom, addWebhook],
    ...[addBackup, addVerify, addImport, addBench],
  ];
  for (const add of commands) add(program, context);
  return program;
}
