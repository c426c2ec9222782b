import { InvalidArgumentError, type Command } from 'commander';
import type { RoomId } from '../../../domain/room/room.ts';
import {
  isWebhookEvent,
  WEBHOOK_EVENTS,
  type Webhook,
  type WebhookEvent,
  type WebhookId,
} from '../../../domain/webhook/webhook.ts';
import type { ManageWebhooks } from '../../../application/use-cases/manage-webhooks.ts';
import { TOKENS } from '../../di/tokens.ts';
import { confirm } from '../ask.ts';
import { EXIT } from '../cli-error.ts';
import { answer, note, shown, table, type CliIo } from '../cli-io.ts';
import type { CommandContext } from '../command-context.ts';
import { withApplication } from '../with-application.ts';

const EXAMPLES = `
Examples:
  $ parley webhook add https://consumer.example/hook --events message.created,member.joined
  $ parley webhook test 01a207f2-670f-729b-8766-7f0cf6712322
  $ parley webhook replay 01a207f2-670f-729b-8766-7f0cf6712322 --room 01a207f2-5d0e-7c3a-9d5b-0c1f6a3e2b11 --from-seq 1

Events: ${Object.values(WEBHOOK_EVENTS).join(', ')}.
Live servers find a change within seconds.`;

const LETTERS_MAX = 1_000;

interface Flags {
  readonly json?: boolean;
}

/** A command about webhooks: what it takes, and what it does. */
interface Action<F extends Flags> {
  readonly io: CliIo;
  readonly work: (webhooks: ManageWebhooks, id: WebhookId, flags: F) => Promise<void>;
}

export function addWebhook(program: Command, context: CommandContext): void {
  const webhook = program.command('webhook').description('tell other systems of what happens in rooms');
  webhook.addHelpText('after', EXAMPLES);
  addAdd(webhook, context);
  addList(webhook, context);
  addTest(webhook, context);
  addRotate(webhook, context);
  addSwitches(webhook, context);
  addRemove(webhook, context);
  addReplay(webhook, context);
  addDead(webhook, context);
}

function addAdd(webhook: Command, { io }: CommandContext): void {
  webhook
    .command('add')
    .description('tell this URL from now on; the secret is shown this once')
    .argument('<url>', 'https')
    .option('--events <names>', 'only these, separated by commas', eventsOf)
    .option('--json', 'answer as JSON')
    .action(async (url: string, { json = false, events }: Flags & { readonly events?: readonly WebhookEvent[] }) => {
      await withApplication(io, async (get) => {
        const added = await (await get(TOKENS.manageWebhooks)).add(url, events ?? null);
        const lines = [`Added ${added.id}`, `Secret: ${added.secret}`];
        answer(io, json, { ...present(added), secret: added.secret }, lines);
      });
    });
}

function addList(webhook: Command, { io }: CommandContext): void {
  webhook
    .command('list')
    .description('list webhooks and how they do')
    .option('--json', 'answer as JSON')
    .action(async ({ json = false }: Flags) => {
      await withApplication(io, async (get) => {
        const all = await (await get(TOKENS.manageWebhooks)).list();
        const rows = all.map((each) => [each.id, stateOf(each), (each.events ?? ['all']).join(','), shown(each.url)]);
        const lines = rows.length === 0 ? ['No webhook.'] : table([['WEBHOOK', 'STATE', 'EVENTS', 'URL'], ...rows]);
        answer(io, json, { webhooks: all.map(present) }, lines);
      });
    });
}

function addTest(webhook: Command, { io, end }: CommandContext): void {
  command(webhook, 'test', 'send a request of the type webhook.test now', {
    io,
    work: async (webhooks, id, { json = false }) => {
      const { status, problem } = await webhooks.test(id);
      const isAccepted = status !== null && status >= 200 && status < 300;
      const line = problem ?? `${isAccepted ? 'Accepted' : 'Not accepted'}: ${status}`;
      answer(io, json, { id, accepted: isAccepted, status, problem }, [line]);
      if (!isAccepted) end(EXIT.found);
    },
  });
}

function addRotate(webhook: Command, { io }: CommandContext): void {
  command(webhook, 'rotate-secret', 'make a new secret, shown this once; the old one signs too for 24 hours', {
    io,
    work: async (webhooks, id, { json = false }) => {
      const { secret, previousUntilMs } = await webhooks.rotateSecret(id);
      const previousUntil = new Date(previousUntilMs ?? 0).toISOString();
      answer(io, json, { id, secret, previousUntil }, [`Secret: ${secret}`, `Old one until ${previousUntil}`]);
    },
  });
}

function addSwitches(webhook: Command, { io }: CommandContext): void {
  command(webhook, 'disable', 'send nothing more; where it was is kept', {
    io,
    work: async (webhooks, id, { json = false }) => {
      await webhooks.disable(id);
      answer(io, json, { id, disabled: true }, [`Disabled ${id}`]);
    },
  });
  command(webhook, 'enable', 'go on where it was, with all that happened meanwhile', {
    io,
    work: async (webhooks, id, { json = false }) => {
      await webhooks.enable(id);
      answer(io, json, { id, disabled: false }, [`Enabled ${id}`]);
    },
  });
}

function addRemove(webhook: Command, { io }: CommandContext): void {
  command<Flags & { readonly yes?: boolean }>(webhook, 'remove', 'forget it, its positions and its dead letters', {
    io,
    work: async (webhooks, id, { json = false, yes = false }) => {
      await confirm(io, { text: `The webhook ${id} will be removed for good.`, expected: id, yes });
      await webhooks.remove(id);
      answer(io, json, { id, removed: true }, [`Removed ${id}`]);
    },
  }).option('--yes', 'do not ask');
}

function addReplay(webhook: Command, { io }: CommandContext): void {
  command<Flags & { readonly room: string; readonly fromSeq: number }>(webhook, 'replay', 'tell of a room again', {
    io,
    work: async (webhooks, id, { json = false, room, fromSeq }) => {
      const entries = await webhooks.replay(id, room as RoomId, fromSeq);
      answer(io, json, { id, roomId: room, fromSeq, entries }, [`${entries} entries are delivered again`]);
    },
  })
    .requiredOption('--room <id>', 'of this room')
    .requiredOption('--from-seq <number>', 'from this entry on', wholeNumber);
}

function addDead(webhook: Command, { io }: CommandContext): void {
  command(webhook, 'dead', 'list what was given up, the latest first', {
    io,
    work: async (webhooks, id, { json = false }) => {
      const found = await webhooks.deadLetters(id, LETTERS_MAX);
      const letters = found.map(({ roomId, seq, status, atMs }) => {
        return { roomId, seq, status, at: new Date(atMs).toISOString() };
      });
      const rows = letters.map(({ roomId, seq, status, at }) => [roomId, String(seq), String(status ?? '-'), at]);
      const lines = rows.length === 0 ? ['Nothing was given up.'] : table([['ROOM', 'SEQ', 'STATUS', 'AT'], ...rows]);
      answer(io, json, { id, deadLetters: letters }, lines);
      if (letters.length === LETTERS_MAX) note(io, 'There may be more.');
    },
  });
}

function command<F extends Flags = Flags>(parent: Command, name: string, about: string, { io, work }: Action<F>) {
  return parent
    .command(name)
    .description(about)
    .argument('<webhook>', 'id')
    .option('--json', 'answer as JSON')
    .action((id: string, flags: F) =>
      withApplication(io, async (get) => work(await get(TOKENS.manageWebhooks), id as WebhookId, flags)),
    );
}

function present(webhook: Webhook) {
  const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  const { id, url, events, disabledReason } = webhook;
  const [createdAt, disabledAt] = [iso(webhook.createdAtMs), iso(webhook.disabledAtMs)];
  return { id, url, events, createdAt, disabledAt, disabledReason, failingSince: iso(webhook.failingSinceMs) };
}

function stateOf({ disabledAtMs, disabledReason, failingSinceMs }: Webhook): string {
  if (disabledAtMs !== null) return `disabled (${disabledReason ?? 'operator'})`;
  return failingSinceMs === null ? 'working' : `failing since ${new Date(failingSinceMs).toISOString()}`;
}

function eventsOf(text: string): readonly WebhookEvent[] {
  const names = text.split(',').map((name) => name.trim());
  const known = names.filter(isWebhookEvent);
  if (known.length === names.length) return [...new Set(known)];
  throw new InvalidArgumentError(`Events are ${Object.values(WEBHOOK_EVENTS).join(', ')}.`);
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It is a whole number from 1 on.');
}
