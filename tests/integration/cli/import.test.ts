import { spawn } from 'node:child_process';
import { once } from 'node:events';
import bcrypt from 'bcrypt';
import { QueryTypes, type Sequelize } from 'sequelize';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cli } from '../../support/harness/cli.ts';
import { call } from '../../support/harness/http.ts';
import { startServer } from '../../support/harness/server.ts';
import {
  BASE_MS,
  createFoundingSchema,
  messageId,
  roomId,
  userId,
  writeHistory,
  type FoundingModels,
} from '../../support/founding.ts';
import { describeDatabases, openAside, useDatabase, type SqlDatabase } from '../sequelize/sql-harness.ts';

const MAIN = new URL('../../../src/main/main.ts', import.meta.url).pathname;
const PASSWORD = 'a good old password';

describeDatabases('parley import', (fresh) => {
  const database = useDatabase(fresh);
  let old: SqlDatabase;
  let aside: Sequelize;
  let models: FoundingModels;
  beforeEach(async () => {
    old = await fresh();
    aside = await openAside(old.url);
    models = await createFoundingSchema(aside);
  });
  afterEach(async () => {
    await aside.close();
    await old.drop();
  });

  const env = () => ({ DATABASE_URL: database.url() });
  const run = async (...flags: string[]) => {
    const { exitCode, stdout, stderr } = await cli(['import', old.url, '--json', ...flags], { env: env() });
    return { exitCode, stderr, report: (stdout === '' ? {} : JSON.parse(stdout)) as Record<string, unknown> };
  };
  const filled = async (history: { users?: number; rooms?: number; messages?: number } = {}) => {
    const passwordHash = (await bcrypt.hash(PASSWORD, 4)).replace('$2b$', '$2y$');
    await writeHistory(models, { users: 6, rooms: 4, messages: 3_000, passwordHash, ...history });
  };
  const rowsOf = async (sql: string) => {
    const ours = await openAside(database.url());
    try {
      return await ours.query<Record<string, string | number>>(sql, { type: QueryTypes.SELECT });
    } finally {
      await ours.close();
    }
  };
  const everything = async () => [
    await rowsOf('SELECT room_id, seq, id, type, actor_id, content FROM room_log ORDER BY room_id, seq'),
    await rowsOf('SELECT room_id, user_id, role, delivered_seq, read_seq FROM room_members ORDER BY room_id, user_id'),
    await rowsOf('SELECT id, username, email FROM users ORDER BY id'),
  ];

  it('takes over everything: who signed in signs in, codes are good, every room is in order', async () => {
    await filled();
    const { exitCode, report } = await run();
    expect({ exitCode, report }).toMatchObject({
      exitCode: 0,
      report: { problems: [], mismatches: [], remarks: [], users: 6, rooms: 4, history: 3_024, roomsVerified: 4 },
    });
    const server = await startServer(env());
    try {
      const body = { email: 'user-5@example.org', password: PASSWORD };
      const signedIn = await call(server.url, 'POST', '/api/auth/login', { body });
      expect({ status: signedIn.status, id: signedIn.body.user.id }).toEqual({ status: 200, id: userId(5) });
      const { token } = signedIn.body as { token: string };
      const stranger = await call(server.url, 'POST', '/api/auth/register', {
        body: { email: 'new@example.org', username: 'newcomer', password: 'battery staple' },
      });
      const joined = await call(server.url, 'POST', '/api/rooms/join', {
        token: stranger.body.token as string,
        body: { inviteCode: 'code-1' },
      });
      expect({ status: joined.status, id: joined.body.room.id }).toEqual({ status: 200, id: roomId(1) });
      const page = await call(server.url, 'GET', `/api/rooms/${roomId(0)}/messages?limit=2`, { token });
      const last = {
        id: messageId(2_996),
        userId: userId(749 % 6),
        seq: 757,
        content: `message 2996 \u{1f44b} it's "text"`,
      };
      expect(page.body.messages.at(-1)).toMatchObject(last);
    } finally {
      await server.stop();
    }
  });

  it('orders each room by time, then by id, with joins where they happened and no gap', async () => {
    await filled();
    await run();
    const log = await rowsOf(
      `SELECT seq, id, type, created_at FROM room_log WHERE room_id = '${roomId(0)}' ORDER BY seq`,
    );
    expect(log.map(({ seq }) => Number(seq))).toEqual(log.map((_, index) => index + 1));
    expect(log.map(({ type }) => type).slice(0, 6)).toEqual([
      'room_created',
      ...Array<string>(3).fill('member_joined'),
      'message',
      'message',
    ]);
    const wanted = Array.from({ length: 750 }, (_, index) => ({
      second: Math.floor((index * 4) / 10),
      id: messageId(index * 4),
    }));
    wanted.sort((a, b) => a.second - b.second || (a.id < b.id ? -1 : 1));
    expect(log.filter(({ type }) => type === 'message').map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
    const late = log.findIndex(({ type, seq }) => type === 'member_joined' && Number(seq) > 4);
    expect(late).toBeGreaterThan(300);
  });

  it('makes the two watermarks of the receipts', async () => {
    await filled({ users: 2, rooms: 1, messages: 30 });
    const at = new Date(BASE_MS);
    await models.receipts.bulkCreate([
      { messageId: messageId(4), userId: userId(1), deliveredAt: at, readAt: at },
      { messageId: messageId(14), userId: userId(1), deliveredAt: at, readAt: null },
      { messageId: messageId(2), userId: userId(1), deliveredAt: at, readAt: at },
      { messageId: messageId(29), userId: userId(5), deliveredAt: at, readAt: at },
    ]);
    const { exitCode } = await run();
    expect(exitCode).toBe(0);
    const seqOf = async (n: number) =>
      Number((await rowsOf(`SELECT seq FROM room_log WHERE id = '${messageId(n)}'`))[0]?.['seq']);
    const [member] = await rowsOf(
      `SELECT delivered_seq AS d, read_seq AS r FROM room_members WHERE user_id = '${userId(1)}'`,
    );
    const newestRead = Math.max(await seqOf(4), await seqOf(2));
    expect([Number(member?.['d']), Number(member?.['r'])]).toEqual([await seqOf(14), newestRead]);
  });

  it('changes nothing when it runs again, from where it was or from the start, and takes over what is new', async () => {
    await filled();
    await run();
    const before = await everything();
    expect((await run()).report).toMatchObject({ users: 0, rooms: 0, history: 0, mismatches: [] });
    expect((await run('--from-start')).report).toMatchObject({ users: 0, rooms: 0, history: 3_024, mismatches: [] });
    expect(await everything()).toEqual(before);
    const createdAt = new Date(BASE_MS + 10_000_000);
    const late = {
      id: messageId(9_999),
      roomId: roomId(2),
      senderId: userId(0),
      content: 'late',
      createdAt,
      updatedAt: createdAt,
    };
    await models.messages.create(late);
    expect(await run()).toMatchObject({ exitCode: 0, report: { history: 1, mismatches: [] } });
  });

  it('goes on where it was killed, as often as it is killed', async () => {
    await filled({ messages: 40_000, users: 20 });
    const args = ['--import', import.meta.resolve('tsx'), MAIN, 'import', old.url, '--json'];
    const { PATH = '', HOME = '' } = process.env;
    const written = async () => Number((await rowsOf('SELECT COUNT(*) AS n FROM room_log'))[0]?.['n']);
    await cli(['migrate', 'up'], { env: env() });
    for (const enough of [1, 12_000]) {
      const child = spawn(process.execPath, args, { env: { PATH, HOME, ...env() }, stdio: 'ignore' });
      const ended = once(child, 'exit');
      while ((await written()) < enough && child.exitCode === null)
        await new Promise((resume) => setTimeout(resume, 5));
      child.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      const ragged = await rowsOf('SELECT room_id FROM room_log GROUP BY room_id HAVING COUNT(*) <> MAX(seq)');
      expect(ragged).toEqual([]);
    }
    expect(await written()).toBeLessThan(40_084);
    const { exitCode, report } = await run();
    expect({ exitCode, report }).toMatchObject({ exitCode: 0, report: { mismatches: [], roomsVerified: 4 } });
    expect(report['history']).toBeLessThan(40_080);
    expect(await written()).toBe(40_084);
  });

  it('says what is missing in the source before it writes anything', async () => {
    await aside.query('DROP TABLE message_receipts');
    await aside.query('ALTER TABLE messages RENAME COLUMN content TO words');
    await aside.query('DROP TABLE room_members');
    const { exitCode, report } = await run();
    expect(exitCode).toBe(3);
    expect(report['problems']).toEqual([
      'There is no table room_members or RoomMembers or roomMembers or room_member.',
      'The table messages has no column content or body or text or message.',
    ]);
    const nothing = await cli(['migrate', 'status'], { env: env() });
    expect(nothing.exitCode).toBe(3);
  });

  it('gives names that clash or break the rules another one, and says so each time', async () => {
    await filled({ messages: 10 });
    const more = (n: number, username: string, email: string | null) => {
      const createdAt = new Date(BASE_MS + 1_000_000 + n * 1_000);
      return { id: userId(n), username, email, passwordHash: 'md5:x', createdAt, updatedAt: createdAt };
    };
    await models.users.bulkCreate([more(90, 'USER 1', 'USER-1@example.org'), more(91, 'x', null)]);
    await models.members.create({
      roomId: roomId(0),
      userId: userId(777),
      role: 'member',
      joinedAt: new Date(BASE_MS),
    });
    const createdAt = new Date(BASE_MS + 5_000_000);
    await models.messages.create({
      id: messageId(500),
      roomId: roomId(77),
      content: 'x',
      createdAt,
      updatedAt: createdAt,
    });
    // A room was deleted beneath its messages, and a user behind them.
    const lost = { createdAt, updatedAt: createdAt, content: 'x' };
    await models.messages.create({ ...lost, id: messageId(501), senderId: userId(0) });
    await models.messages.create({ ...lost, id: messageId(502), roomId: roomId(0) });
    for (const time of ['first', 'second']) {
      const { exitCode, report, stderr } = await run('--from-start');
      expect(exitCode, time).toBe(0);
      const kinds = (report['remarks'] as { kind: string; count: number }[]).map(
        ({ kind, count }) => `${kind}: ${count}`,
      );
      const once = time === 'first' ? ['message without a sender: 1'] : [];
      expect(kinds.toSorted(), time).toEqual(
        [
          'username changed: 2',
          'e-mail replaced: 2',
          'password not bcrypt: 2',
          'join of a user who does not exist: 1',
          'message of a room that does not exist: 1',
          ...once,
        ].toSorted(),
      );
      expect(stderr).toContain(`"USER 1" is "USER 1-${userId(90).slice(-8)}"`);
    }
    const [first] = await rowsOf(`SELECT username FROM users WHERE id = '${userId(1)}'`);
    expect(first?.['username']).toBe('user 1');
  });

  it('does not take the old database for ours, and counts without writing when it only checks', async () => {
    await filled({ messages: 10 });
    const same = await cli(['import', old.url], { env: { DATABASE_URL: old.url } });
    expect(same).toMatchObject({ exitCode: 1, stdout: '' });
    expect(same.stderr).toContain('Import into another, empty one');
    const { exitCode, report } = await run('--check');
    expect(exitCode).toBe(0);
    expect(report['source']).toEqual({ users: 6, rooms: 4, members: 24, messages: 10 });
    expect((await cli(['import', 'postgres://x/y'], { env: env() })).exitCode).toBe(2);
    const piped = await cli(['import', '-', '--check'], { env: env(), stdin: `${old.url}\n` });
    expect(piped.stdout).toContain('10 messages');
  });
});
