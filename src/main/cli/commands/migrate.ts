import type { Command } from 'commander';
import { SystemClock } from '../../../adapters/outbound/system/system-clock.ts';
import {
  migrateUp,
  migrationStatus,
  type MigrateOptions,
} from '../../../adapters/outbound/sequelize/migrations/migrate.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { answer, type CliIo } from '../cli-io.ts';
import { storedConfig } from '../stored-config.ts';
import type { CommandContext } from '../command-context.ts';

const EXAMPLES = `
Examples:
  $ parley migrate status    exit code 3 when the schema lacks something
  $ parley migrate up        also safe while several nodes start: one works, the others wait

The server applies what is pending when it starts.`;

const NO_WAY_DOWN = `Migrations are not undone. Each of them only adds (a table, a column, an index), so the version of
Parley before this one runs on the newer schema as it is: go back by starting that version. Removing what was added
would delete what has been stored there since. To have the data of an earlier day, restore a backup.`;

interface Flags {
  readonly json?: boolean;
}

export function addMigrate(program: Command, { io, end }: CommandContext): void {
  const migrate = program.command('migrate').description('the schema of the database').addHelpText('after', EXAMPLES);
  migrate
    .command('status')
    .description('say what is applied and what is pending, without a change')
    .option('--json', 'answer as JSON')
    .action(async ({ json = false }: Flags) => {
      const { applied, pending } = await migrationStatus(optionsFrom(io, { mustExist: true }));
      const lines = [`applied: ${applied.length}`, `pending: ${pending.length}`, ...pending.map((name) => `  ${name}`)];
      answer(io, json, { applied, pending }, lines);
      end(pending.length === 0 ? EXIT.ok : EXIT.found);
    });
  migrate
    .command('up')
    .description('apply what is pending, under a lock')
    .option('--json', 'answer as JSON')
    .action(async ({ json = false }: Flags) => {
      const { executed } = await migrateUp(optionsFrom(io, { mustExist: false }));
      const lines = executed.length === 0 ? ['Nothing was pending.'] : executed.map((name) => `applied ${name}`);
      answer(io, json, { executed }, lines);
    });
  migrate
    .command('down')
    .description('say why there is no way down, and how to go back')
    .action(() => {
      throw new CliError(EXIT.failed, NO_WAY_DOWN);
    });
}

function optionsFrom(io: CliIo, { mustExist }: { readonly mustExist: boolean }): MigrateOptions {
  const { databaseUrl, databaseTls } = storedConfig(io, { mustExist });
  return { url: databaseUrl, ssl: databaseTls, clock: new SystemClock() };
}
