import { once } from 'node:events';
import { InvalidArgumentError, type Command } from 'commander';
import { presentEntry } from '../../../adapters/wire/present.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import { TOKENS } from '../../di/tokens.ts';
import { confirm } from '../ask.ts';
import { answer, note, shown, table } from '../cli-io.ts';
import type { CommandContext } from '../command-context.ts';
import { progress } from '../progress.ts';
import { withApplication } from '../with-application.ts';

const EXAMPLES = `
Examples:
  $ parley room list --search tea
  $ parley room export 01a207f2-670f-729b-8766-7f0cf6712322 > tea.jsonl
  $ parley room purge 01a207f2-670f-729b-8766-7f0cf6712322

A room is named by its id: names need not be unique. All of it works beside a live server.`;

const PAGE_MAX = 1_000;

interface Flags {
  readonly json?: boolean;
  readonly yes?: boolean;
}

interface ListFlags extends Flags {
  readonly search?: string;
  readonly after?: string;
  readonly limit: number;
}

export function addRoom(program: Command, context: CommandContext): void {
  const room = program.command('room').description('rooms and their logs').addHelpText('after', EXAMPLES);
  addList(room, context);
  addExport(room, context);
  addRetention(room, context);
  addPurge(room, context);
}

function addRetention(room: Command, { io }: CommandContext): void {
  room
    .command('retention')
    .description('say for how long a room keeps the texts of its messages')
    .argument('<room>', 'id')
    .argument('<days>', 'a whole number of days, or off', daysOf)
    .option('--json', 'answer as JSON')
    .addHelpText(
      'after',
      '\nA server with RETENTION_DAYS keeps none for longer than that. What is gone is gone for good.',
    )
    .action(async (id: string, days: number | null, { json = false }: Flags) => {
      await withApplication(io, async (get) => {
        const roomId = id as RoomId;
        const { room } = await (await get(TOKENS.exportRoom)).execute(roomId);
        await (await get(TOKENS.persistence)).retention.setDays(roomId, days);
        const kept = days === null ? 'as long as the server keeps them' : `for ${days} days`;
        answer(io, json, { id: roomId, days }, [`${shown(room.name)} (${roomId}) keeps texts ${kept}.`]);
      });
    });
}

function daysOf(text: string): number | null {
  const days = Number(text);
  if (text === 'off') return null;
  if (Number.isInteger(days) && days >= 1 && days <= 36_500) return days;
  throw new InvalidArgumentError('It is a whole number from 1 to 36500, or off.');
}

function addList(room: Command, { io }: CommandContext): void {
  room
    .command('list')
    .description('list rooms, private ones included, the newest first')
    .option('--search <text>', 'only those with this in their name')
    .option('--limit <number>', `at most so many, up to ${PAGE_MAX}`, limitOf, 50)
    .option('--after <room id>', 'the page after this room')
    .option('--json', 'answer as JSON')
    .action(async ({ json = false, search, after, limit }: ListFlags) => {
      await withApplication(io, async (get) => {
        const query = search === undefined ? {} : { query: search };
        const afterId = after === undefined ? {} : { afterId: after as RoomId };
        const found = await (await get(TOKENS.listAllRooms)).execute({ limit, ...query, ...afterId });
        const rooms = found.map(({ room, memberCount, headSeq }) => ({
          id: room.id,
          name: room.name,
          isPrivate: room.isPrivate,
          createdAt: new Date(room.createdAtMs).toISOString(),
          memberCount,
          headSeq,
        }));
        const rows = rooms.map(({ id, memberCount, headSeq, isPrivate, name }) => {
          return [id, String(memberCount), String(headSeq), isPrivate ? 'private' : 'public', shown(name)];
        });
        const lines = rows.length === 0 ? ['No room.'] : table([['ROOM', 'MEMBERS', 'ENTRIES', '', 'NAME'], ...rows]);
        answer(io, json, { rooms }, lines);
        const last = rooms.at(-1);
        if (last && rooms.length === limit) note(io, `There may be more: --after ${last.id}`);
      });
    });
}

function addExport(room: Command, { io }: CommandContext): void {
  room
    .command('export')
    .description('write the whole log of a room, one JSON object a line, in order')
    .argument('<room>', 'id')
    .addHelpText('after', '\nLines have the form of GET /api/rooms/{roomId}/events: see docs/generated/openapi.json.')
    .action(async (roomId: string) => {
      await withApplication(io, async (get) => {
        const { headSeq, pages } = await (await get(TOKENS.exportRoom)).execute(roomId as RoomId);
        const bar = progress(io, 'export');
        for await (const page of pages) {
          const text = page.map((entry) => `${JSON.stringify(presentEntry(entry))}\n`).join('');
          // Whoever reads may be slower than the database, and what waits would fill the memory.
          if (!io.stdout.write(text)) await once(io.stdout, 'drain');
          bar.at(page.at(-1)?.seq ?? headSeq, headSeq);
        }
        bar.end();
      });
    });
}

function addPurge(room: Command, { io }: CommandContext): void {
  room
    .command('purge')
    .description('delete a room and all that belongs to it, for good')
    .argument('<room>', 'id')
    .option('--yes', 'do not ask')
    .option('--json', 'answer as JSON')
    .addHelpText('after', '\nMembers are put out first, and live nodes get ten seconds to follow. Export it before.')
    .action(async (id: string, { json = false, yes = false }: Flags) => {
      await withApplication(io, async (get) => {
        const roomId = id as RoomId;
        const { room, headSeq } = await (await get(TOKENS.exportRoom)).execute(roomId);
        const text = `The room "${shown(room.name)}" and its ${headSeq} entries will be deleted for good.`;
        await confirm(io, { text, expected: shown(room.name), yes });
        const bar = progress(io, 'purge');
        const deleted = await (await get(TOKENS.purgeRoom)).execute(roomId, ({ done, total }) => bar.at(done, total));
        bar.end();
        answer(io, json, { id: roomId, deleted }, [`Deleted ${shown(room.name)} (${roomId}): ${deleted} rows`]);
      });
    });
}

function limitOf(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= PAGE_MAX) return limit;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${PAGE_MAX}.`);
}
