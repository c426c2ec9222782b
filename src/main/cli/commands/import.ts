import type { Command } from 'commander';
import { UuidIds } from '../../../adapters/outbound/system/uuid-ids.ts';
import { SystemClock } from '../../../adapters/outbound/system/system-clock.ts';
import {
  importFounding,
  type ImportPhase,
  type ImportReport,
} from '../../../adapters/outbound/sequelize/founding/import-founding.ts';
import { databaseUrl } from '../../config/values.ts';
import { readSecret } from '../ask.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { answer, note, shown, type CliIo } from '../cli-io.ts';
import type { CommandContext } from '../command-context.ts';
import { progress, type Progress } from '../progress.ts';
import { storedConfig } from '../stored-config.ts';

const EXAMPLES = `
Examples:
  $ parley import mysql://reader@old-host/chat --check      what is there, and what is missing
  $ printf %s "$OLD_DATABASE_URL" | parley import -         an URL with a password is no argument
  $ parley import sqlite:/srv/old/chat.db

From a database of the founding schema (users, rooms, room_members, messages, message_receipts) into DATABASE_URL.
Stop what writes to the source first. Interrupted, start it again: it goes on where it was.
Exit codes: 0 all of it is there, 3 something is missing in the source or did not come over.`;

interface Flags {
  readonly json?: boolean;
  readonly check?: boolean;
  readonly fromStart?: boolean;
}

export function addImport(program: Command, { io, end }: CommandContext): void {
  program
    .command('import')
    .description('take over users, rooms, messages and receipts of a database of the founding schema')
    .argument('<url>', 'mysql://user:password@host:port/database or sqlite:<path> of the source; - reads it from stdin')
    .option('--check', 'only look whether the source has what is needed, and count')
    .option('--from-start', 'look at every row again, instead of going on where the last import was')
    .option('--json', 'answer as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (url: string, { json = false, check = false, fromStart = false }: Flags) => {
      const sourceUrl = url === '-' ? await readSecret(io) : url;
      assertUrl(sourceUrl);
      const bars = phases(io);
      const clock = new SystemClock();
      const config = storedConfig(io, { mustExist: false });
      const report = await importFounding({
        sourceUrl,
        url: config.databaseUrl,
        ssl: config.databaseTls,
        poolMax: config.databasePoolMax,
        clock,
        ids: new UuidIds({ clock }),
        fromStart,
        checkOnly: check,
        tell: bars.tell,
      });
      bars.end();
      for (const { kind, count, examples } of report.remarks) {
        note(io, `${kind}: ${count}`);
        for (const example of examples) note(io, `  ${shown(example)}`);
        if (count > examples.length) note(io, `  and ${count - examples.length} more`);
      }
      answer(io, json, report, inLines(report, check));
      end(report.problems.length + report.mismatches.length > 0 ? EXIT.found : EXIT.ok);
    });
}

function assertUrl(url: string): void {
  if (url !== 'memory:' && databaseUrl.safeParse(url).success) return;
  throw new CliError(EXIT.usage, 'The source must be mysql://user:password@host:port/database or sqlite:<path>.');
}

/** One bar after the other. */
function phases(io: CliIo) {
  let current: { readonly phase: ImportPhase; readonly bar: Progress } | null = null;
  const end = () => current?.bar.end();
  const tell = (phase: ImportPhase, done: number, total: number) => {
    if (current?.phase !== phase) {
      end();
      current = { phase, bar: progress(io, phase.padEnd(8)) };
    }
    current.bar.at(done, total);
  };
  return { tell, end };
}

function inLines(report: ImportReport, check: boolean): string[] {
  const { problems, source, mismatches } = report;
  if (source === null) return ['Nothing was written, because the source lacks what an import needs:', ...problems];
  const { users, rooms, members, messages } = source;
  const there = `In the source: ${users} users, ${rooms} rooms, ${members} memberships, ${messages} messages.`;
  if (check) return [there, 'Everything that an import needs is there.'];
  const wrong = mismatches.map(({ roomId, what }) => `  room ${roomId}: ${what}`);
  return [
    there,
    `New here: ${report.users} users, ${report.rooms} rooms; joins and messages read: ${report.history}.`,
    `Members with receipts: ${report.membersWithReceipts}. Rooms counted: ${report.roomsVerified}.`,
    ...(wrong.length === 0 ? ['All of it is here, and no log has a gap.'] : ['Not all of it is here:', ...wrong]),
  ];
}
