import type { Command } from 'commander';
import { TOKENS } from '../../di/tokens.ts';
import { confirm, readSecret } from '../ask.ts';
import { answer, shown, table, type CliIo } from '../cli-io.ts';
import type { CommandContext } from '../command-context.ts';
import { withApplication, type Get } from '../with-application.ts';
import { addUserData } from './user-data.ts';

const EXAMPLES = `
Examples:
  $ parley user create --email ann@example.org --username ann
  $ printf %s "$PASSWORD" | parley user reset-password ann --password-stdin --yes
  $ parley user disable ann@example.org

A user is named by id, e-mail address or username. All of it works beside a live server.`;

const WHO = 'id, e-mail address or username';
const FROM_STDIN = 'read the password from standard input instead of making one up';
const PASSWORD_CHARS = 20;

interface Flags {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly passwordStdin?: boolean;
}

export function addUser(program: Command, context: CommandContext): void {
  const user = program.command('user').description('accounts and their sessions').addHelpText('after', EXAMPLES);
  addCreate(user, context);
  addDisable(user, context);
  addSessions(user, context);
  addResetPassword(user, context);
  addUserData(user, context);
}

function addCreate(user: Command, { io }: CommandContext): void {
  user
    .command('create')
    .description('make an account, with a password that is shown once')
    .requiredOption('--email <address>', 'to sign in with')
    .requiredOption('--username <name>', 'as others see it')
    .option('--password-stdin', FROM_STDIN)
    .option('--json', 'answer as JSON')
    .action(async ({ json = false, ...flags }: Flags & { readonly email: string; readonly username: string }) => {
      await withApplication(io, async (get) => {
        const { password, made } = await passwordFrom(io, get, flags);
        const { email, username } = flags;
        const { id } = await (await get(TOKENS.createUser)).execute({ email, username, password });
        const lines = [`Created ${shown(username)}: ${id}`, ...(made === undefined ? [] : [`Password: ${made}`])];
        answer(io, json, { id, email, username, ...(made === undefined ? {} : { password: made }) }, lines);
      });
    });
}

function addDisable(user: Command, { io }: CommandContext): void {
  user
    .command('disable')
    .description('end all sessions of a user and let nobody sign in to the account')
    .argument('<user>', WHO)
    .option('--json', 'answer as JSON')
    .addHelpText('after', '\nWhat the user wrote stays. parley user enable undoes it.')
    .action(async (who: string, { json = false }: Flags) => {
      await withApplication(io, async (get) => {
        const { id, username } = await (await get(TOKENS.findUser)).execute(who);
        const ended = await (await get(TOKENS.disableUser)).execute(id);
        answer(io, json, { id, ended }, [`Disabled ${shown(username)} (${id}); sessions ended: ${ended}`]);
      });
    });
  user
    .command('enable')
    .description('let a disabled user sign in again, with the password of before')
    .argument('<user>', WHO)
    .option('--json', 'answer as JSON')
    .action(async (who: string, { json = false }: Flags) => {
      await withApplication(io, async (get) => {
        const { id, username } = await (await get(TOKENS.findUser)).execute(who);
        await (await get(TOKENS.enableUser)).execute(id);
        answer(io, json, { id }, [`Enabled ${shown(username)} (${id})`]);
      });
    });
}

function addSessions(user: Command, { io }: CommandContext): void {
  user
    .command('sessions')
    .description('list the devices on which a user is signed in, the most recently used first')
    .argument('<user>', WHO)
    .option('--json', 'answer as JSON')
    .action(async (who: string, { json = false }: Flags) => {
      await withApplication(io, async (get) => {
        const { id: userId } = await (await get(TOKENS.findUser)).execute(who);
        const sessions = (await (await get(TOKENS.listSessions)).execute({ userId })).map((session) => ({
          id: session.id,
          createdAt: iso(session.createdAtMs),
          usedAt: iso(session.usedAtMs),
          expiresAt: iso(session.expiresAtMs),
          userAgent: session.userAgent,
        }));
        const rows = sessions.map(({ id, usedAt, userAgent }) => [id, usedAt, shown(userAgent)]);
        const lines = rows.length === 0 ? ['No session.'] : table([['SESSION', 'USED', 'DEVICE'], ...rows]);
        answer(io, json, { userId, sessions }, lines);
      });
    });
}

function addResetPassword(user: Command, { io }: CommandContext): void {
  user
    .command('reset-password')
    .description('give a user another password, which is shown once, and end all sessions')
    .argument('<user>', WHO)
    .option('--password-stdin', FROM_STDIN)
    .option('--yes', 'do not ask')
    .option('--json', 'answer as JSON')
    .action(async (who: string, { json = false, yes = false, ...flags }: Flags) => {
      await withApplication(io, async (get) => {
        const { id: userId, username } = await (await get(TOKENS.findUser)).execute(who);
        const text = `The password of ${shown(username)} will be replaced, and all sessions end.`;
        await confirm(io, { text, expected: 'yes', yes });
        const { password, made } = await passwordFrom(io, get, flags);
        const ended = await (await get(TOKENS.resetPassword)).execute({ userId, password });
        const lines = [`Sessions ended: ${ended}`, ...(made === undefined ? [] : [`New password: ${made}`])];
        answer(io, json, { id: userId, ended, ...(made === undefined ? {} : { password: made }) }, lines);
      });
    });
}

async function passwordFrom(io: CliIo, get: Get, { passwordStdin = false }: Flags) {
  if (passwordStdin) return { password: await readSecret(io) };
  const made = (await get(TOKENS.ids)).secret().slice(0, PASSWORD_CHARS);
  return { password: made, made };
}

const iso = (ms: number): string => new Date(ms).toISOString();
