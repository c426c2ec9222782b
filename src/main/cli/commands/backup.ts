import type { Command } from 'commander';
import { backUpFile } from '../../../adapters/outbound/sequelize/back-up-file.ts';
import { verifyLogs, type LogsSummary } from '../../../adapters/outbound/sequelize/verify-logs.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { answer, note } from '../cli-io.ts';
import { storedConfig } from '../stored-config.ts';
import type { CommandContext } from '../command-context.ts';

const BACKUP_EXAMPLES = `
Examples:
  $ parley backup backups/parley-$(date +%F).db

The state of one moment, while the server goes on. It is for the embedded SQLite: MySQL and MariaDB have programs of
their own for that. docs/operations.md has both, and how to restore.`;

const VERIFY_EXAMPLES = `
Examples:
  $ parley verify           after a restore: exit code 3 when a log is not whole

It reads the log of every room, beside a live server if need be.`;

const OF_A_SERVER = `A database server is backed up by its own program, for example:
  mysqldump --single-transaction --quick --hex-blob --no-tablespaces --set-gtid-purged=OFF <database> > parley.sql
--single-transaction makes it the state of one moment, while the server goes on; mariadb-dump has no
--set-gtid-purged. See docs/operations.md.`;

interface Flags {
  readonly json?: boolean;
}

export function addBackup(program: Command, { io }: CommandContext): void {
  program
    .command('backup')
    .description('copy the embedded database into a new file')
    .argument('<file>', 'where to; there must be none')
    .option('--json', 'answer as JSON')
    .addHelpText('after', BACKUP_EXAMPLES)
    .action(async (file: string, { json = false }: Flags) => {
      const { databaseUrl } = storedConfig(io, { mustExist: true });
      if (!databaseUrl.startsWith('sqlite:')) throw new CliError(EXIT.usage, OF_A_SERVER);
      const { bytes, ...summary } = await backUpFile(databaseUrl, file);
      answer(io, json, { file, bytes, ...inJson(summary) }, [`${file}: ${bytes} bytes`, ...inLines(summary)]);
      // A gap is in the database as well; the copy is what there is.
      noteBroken(io, summary);
    });
}

export function addVerify(program: Command, { io, end }: CommandContext): void {
  program
    .command('verify')
    .description('read the log of every room and say whether it is whole')
    .option('--json', 'answer as JSON')
    .addHelpText('after', VERIFY_EXAMPLES)
    .action(async ({ json = false }: Flags) => {
      const { databaseUrl: url, databaseTls: ssl } = storedConfig(io, { mustExist: true });
      const summary = await verifyLogs({ url, ssl });
      answer(io, json, inJson(summary), inLines(summary));
      noteBroken(io, summary);
      end(summary.broken.length === 0 ? EXIT.ok : EXIT.found);
    });
}

const inJson = ({ rooms, entries, newestAtMs, broken }: LogsSummary) => ({
  rooms,
  entries,
  newestAt: newestAtMs === null ? null : new Date(newestAtMs).toISOString(),
  broken,
});

const inLines = (summary: LogsSummary): string[] => {
  const { rooms, entries, newestAt, broken } = inJson(summary);
  const state = broken.length === 0 ? 'every log is whole' : 'some logs are NOT whole';
  return [`${rooms} rooms, ${entries} entries, the newest of ${newestAt ?? 'never'}: ${state}`];
};

function noteBroken(io: CommandContext['io'], { broken }: LogsSummary): void {
  for (const id of broken) note(io, `The log of room ${id} has a gap or is missing.`);
}
