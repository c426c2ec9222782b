import { once } from 'node:events';
import type { Command } from 'commander';
import { TOKENS } from '../../di/tokens.ts';
import { confirm } from '../ask.ts';
import { answer, shown } from '../cli-io.ts';
import type { CommandContext } from '../command-context.ts';
import { progress } from '../progress.ts';
import { withApplication } from '../with-application.ts';
import { linesOf } from './user-export.ts';

const WHO = 'id, e-mail address or username';

interface Flags {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** What somebody may ask for by law: what is stored about them, and that it is not any more. */
export function addUserData(user: Command, context: CommandContext): void {
  addExport(user, context);
  addErase(user, context);
}

function addExport(user: Command, { io }: CommandContext): void {
  user
    .command('export')
    .description('write all that is stored of a user, one JSON object a line')
    .argument('<user>', WHO)
    .addHelpText('after', '\n`record` says what a line is: profile, identity, session, membership, sanction, ...')
    .action(async (who: string) => {
      await withApplication(io, async (get) => {
        const { id } = await (await get(TOKENS.findUser)).execute(who);
        for await (const lines of linesOf(await (await get(TOKENS.exportUser)).execute(id))) {
          const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
          // Whoever reads may be slower than the database, and what waits would fill the memory.
          if (text !== '' && !io.stdout.write(text)) await once(io.stdout, 'drain');
        }
      });
    });
}

function addErase(user: Command, { io }: CommandContext): void {
  user
    .command('erase')
    .description('leave nothing of a user but a pseudonym, for good')
    .argument('<user>', WHO)
    .option('--yes', 'do not ask')
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      '\nThe texts of all messages go, their places stay. Live nodes get ten seconds to follow first. When it was\n' +
        'interrupted, run it again. Keep the id, and run it again after a backup was restored.',
    )
    .action(async (who: string, { json = false, yes = false }: Flags) => {
      await withApplication(io, async (get) => {
        const { id, username } = await (await get(TOKENS.findUser)).execute(who);
        const text = `All that ${shown(username)} (${id}) wrote and is known by will be erased for good.`;
        await confirm(io, { text, expected: shown(username), yes });
        const bar = progress(io, 'rooms');
        const erased = await (await get(TOKENS.eraseUser)).execute(id, ({ done, total }) => bar.at(done, total));
        bar.end();
        const { username: pseudonym, roomsLeft, messages } = erased;
        const lines = [`Erased ${id}, now ${pseudonym}: ${messages} messages, ${roomsLeft} rooms left`];
        answer(io, json, { id, username: pseudonym, roomsLeft, messages }, lines);
      });
    });
}
