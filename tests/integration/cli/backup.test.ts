import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, type Chat } from '../../../src/client/client.ts';
import { describeServers } from '../../support/databases/available.ts';
import { locateServer } from '../../support/databases/locate-server.ts';
import { startServer as startDatabase, type RunningServer } from '../../support/databases/start-server.ts';
import { flavours, isMissing } from '../../support/databases/types.ts';
import { createDatabase } from '../../support/databases/fresh-database.ts';
import { cli } from '../../support/harness/cli.ts';
import { asOn, clientFunctions, codeOf, type } from '../../support/harness/operator.ts';
import { call } from '../../support/harness/http.ts';
import { Person } from '../../support/harness/person.ts';
import { startServer, type TestServer } from '../../support/harness/server.ts';
import { until } from '../../support/harness/site.ts';
import { openAside } from '../sequelize/sql-harness.ts';

const [makeFile = '', restoreFile = '', dump = '', load = '', dumpWithPlace = '', replay = ''] =
  codeOf('Backup and restore');

let folder = '';
let server: TestServer | undefined;
let open: (Chat | Person)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-backup-'));
});
afterEach(async () => {
  for (const one of open) one.close();
  open = [];
  await server?.stop();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

const start = async (url: string, port = '0') => {
  server = await startServer({ DATABASE_URL: url, PORT: port });
  return server.url;
};

const textsOf = async (url: string, person: Person, roomId: string): Promise<string[]> => {
  const reply = await fetch(`${url}/api/rooms/${roomId}/messages?limit=100`, {
    headers: { authorization: `Bearer ${person.token}` },
  });
  const { messages } = (await reply.json()) as { messages: { content: string }[] };
  return messages.map(({ content }) => content);
};

/** A room with three messages, a copy that is made while others are sent, and two more of which no copy knows. */
async function liveThrough(databaseUrl: string, backUp: () => Promise<unknown>) {
  const url = await start(databaseUrl);
  const ann = await Person.register(url, 'ann');
  open.push(ann);
  const roomId = await ann.createRoom();
  const chat = await connect({ url, token: ann.token });
  open.push(chat);
  const heard: string[] = [];
  const note = (where: string, what: string) => where === roomId && heard.push(what);
  chat.on('message', (message) => note(message.roomId, `${message.seq} ${message.content}`));
  chat.on('entered', (entered) => note(entered.roomId, `from ${entered.position}`));
  const say = async (text: string) => expect(await chat.send(roomId, text).settled).toMatchObject({ ok: true });
  await chat.join({ roomId });
  for (const text of ['one', 'two', 'three']) await say(text);
  let isOver = false;
  const noise = (async () => {
    const other = await ann.createRoom();
    for (let n = 0; !isOver; n += 1) await chat.send(other, `noise ${n}`).settled;
  })();
  await backUp();
  isOver = true;
  await noise;
  for (const text of ['lost', 'lost too']) await say(text);
  await until('all is heard', () => heard.at(-1) === '7 lost too');
  await server?.stop();
  heard.length = 0;
  return { url, ann, roomId, chat, heard, say };
}

/** On the same port, so that the client that knows more comes back by itself. */
async function comeBack(
  databaseUrl: string,
  { url, ann, roomId, heard, say }: Awaited<ReturnType<typeof liveThrough>>,
) {
  await start(databaseUrl, new URL(url).port);
  await until('the client begins again', () => heard.includes('from 5'), 30_000);
  await say('after all');
  await until('it is heard', () => heard.at(-1) === '6 after all');
  expect(await textsOf(url, ann, roomId)).toEqual(['one', 'two', 'three', 'after all']);
}

describe('the embedded database', () => {
  const env = { DATABASE_URL: 'sqlite:./data/parley.db' };

  it('is backed up beside a live server and restored by the commands of the document', async () => {
    const databaseUrl = `sqlite:${join(folder, 'data', 'parley.db')}`;
    const life = await liveThrough(databaseUrl, () => type(makeFile, { folder, env }));
    expect((await stat(join(folder, 'backups', 'parley.db'))).mode & 0o777).toBe(0o600);
    expect(await type(restoreFile, { folder, env })).toMatch(
      /^2 rooms, \d+ entries, the newest of .*: every log is whole\n$/,
    );
    await comeBack(databaseUrl, life);
  });

  it('is never written over, and a copy that was interrupted is none', async () => {
    const url = `sqlite:${join(folder, 'parley.db')}`;
    await start(url);
    const [taken, next] = [join(folder, 'taken.db'), join(folder, 'next.db')];
    await writeFile(taken, 'mine');
    const { exitCode, stderr } = await cli(['backup', taken], { env: { DATABASE_URL: url } });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('a file of that name already'),
    });
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    await writeFile(`${next}.unfinished`, 'the rest of an earlier one');
    const second = await cli(['backup', next, '--json'], { env: { DATABASE_URL: url } });
    expect(JSON.parse(second.stdout)).toMatchObject({ file: next, rooms: 0, entries: 0, newestAt: null, broken: [] });
    expect(second.exitCode).toBe(0);
    const nowhere = await cli(['backup', join(folder, 'no', 'such.db')], { env: { DATABASE_URL: `sqlite:${taken}` } });
    expect(nowhere.exitCode).toBe(1);
  });
});

describeServers('a database server', (_server, adminUrl) => {
  it('is not copied into a file, and says what is done instead', async () => {
    const database = await createDatabase(adminUrl);
    const { url } = database;
    const { exitCode, stderr } = await cli(['backup', join(folder, 'x.db')], { env: { DATABASE_URL: url } });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('mysqldump --single-transaction'),
    });
    await database.drop();
  });

  it('with a gap in a log is not whole', async () => {
    const database = await createDatabase(adminUrl);
    const { url } = database;
    const ann = await Person.register(await start(url), 'ann');
    const [roomId, other] = [await ann.createRoom(), await ann.createRoom()];
    const aside = await openAside(url);
    const verify = () => cli(['verify'], { env: { DATABASE_URL: url } });
    expect((await verify()).exitCode).toBe(0);
    await aside.query('UPDATE room_log SET seq = 3 WHERE room_id = ? AND seq = 1', { replacements: [roomId] });
    await aside.query('DELETE FROM room_log WHERE room_id = ?', { replacements: [other] });
    const { exitCode, stdout, stderr } = await verify();
    expect(exitCode).toBe(3);
    expect(stdout).toContain('some logs are NOT whole');
    for (const id of [roomId, other]) expect(stderr).toContain(`The log of room ${id} has a gap or is missing.`);
    await aside.close();
    ann.close();
    await server?.stop();
    server = undefined;
    await database.drop();
  });
});

// With a binary log and, on MySQL, with GTIDs, as an operator has it.
describe.each(flavours)('a durable %s', (flavour) => {
  let database: RunningServer;
  beforeAll(async () => {
    const binary = await locateServer(flavour);
    if (isMissing(binary)) throw new Error(binary.missing);
    database = await startDatabase({ ...binary, durable: true });
  });
  afterAll(() => database.stop());

  const setUp = async () => {
    const [old, restored] = [await createDatabase(database.url), await createDatabase(database.url)];
    // The document makes it, so it must not be there yet.
    await restored.drop();
    const functions = await clientFunctions(flavour, database.url);
    const named = (commands: string) =>
      asOn(flavour, commands)
        .replaceAll('parley_restored', nameOf(restored.url))
        .replace(/ parley >/, ` ${nameOf(old.url)} >`)
        .replace("'parley->", `'${nameOf(old.url)}->`)
        .replace('--database=parley ', `--database=${nameOf(old.url)} `)
        .replace(/(DATABASE_URL=).*/, `$1'${restored.url}'`);
    const typed = (commands: string) => type(named(commands), { folder, functions, env: { TZ: 'UTC' } });
    return { old, restored, typed };
  };

  it('is dumped beside live nodes and restored by the commands of the document', async () => {
    const { old, restored, typed } = await setUp();
    const life = await liveThrough(old.url, () => typed(dump));
    expect(await typed(load)).toContain('every log is whole');
    await comeBack(restored.url, life);
  });

  it('is brought to a moment between two backups by the commands of the document', async () => {
    const { old, restored, typed } = await setUp();
    const url = await start(old.url);
    const ann = await Person.register(url, 'ann');
    open.push(ann);
    const [roomId, other] = [await ann.createRoom(), await ann.createRoom()];
    const device = await ann.connect();
    const say = async (text: string, where = roomId) => {
      expect(await device.ask('send_message', { roomId: where, content: text })).toMatchObject({ ok: true });
    };
    await say('before the dump');
    let isOver = false;
    let noise = 0;
    const beside = (async () => {
      for (; !isOver; noise += 1) await say(`noise ${noise}`, other);
    })();
    await typed(dumpWithPlace);
    isOver = true;
    await beside;
    await say('after the dump');
    // The log knows whole seconds.
    const mistakeMs = Math.ceil((Date.now() + 1) / 1_000) * 1_000;
    await until('it is that second', () => Date.now() > mistakeMs + 100);
    await say('the mistake');
    await server?.stop();
    const at = new Date(mistakeMs).toISOString().slice(0, 19).replace('T', ' ');
    const said = await typed([load, replay.replace(/(--stop-datetime=)'[^']*'/, `$1'${at}'`)].join('\n'));
    expect(said.match(/every log is whole/g)).toHaveLength(2);
    const again = await start(restored.url);
    expect(await textsOf(again, ann, roomId)).toEqual(['before the dump', 'after the dump']);
    const { body } = await call(again, 'GET', `/api/rooms/${other}/events?afterSeq=${noise}`, { token: ann.token });
    expect(body.events.at(-1)).toMatchObject({ content: `noise ${noise - 1}` });
  });
});

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
