import { afterEach, expect, it } from 'vitest';
import { cli } from '../../support/harness/cli.ts';
import { Person } from '../../support/harness/person.ts';
import { startServer, type TestServer } from '../../support/harness/server.ts';
import { describeDatabases, useDatabase } from '../sequelize/sql-harness.ts';

describeDatabases('parley user erase and export beside a live server', (fresh, product) => {
  const database = useDatabase(fresh);
  let server: TestServer | undefined;
  const people: Person[] = [];
  afterEach(async () => {
    for (const person of people.splice(0)) person.close();
    await server?.stop();
    server = undefined;
  });

  const user = (args: readonly string[], given: { stdin?: string; terminal?: boolean } = {}) =>
    cli(['user', ...args], { ...given, env: { DATABASE_URL: database.url() } });
  const someone = async (name: string) => {
    server ??= await startServer({ DATABASE_URL: database.url() });
    const person = await Person.register(server.url, name);
    people.push(person);
    return person;
  };

  it('exports everything of a user, and nothing that others wrote or that opens anything', async () => {
    const [ann, bob] = [await someone('ann'), await someone('bob')];
    const [roomId, left] = [await ann.createRoom({ name: 'tea' }), await bob.createRoom({ name: 'coffee' })];
    await bob.join(roomId);
    await ann.join(left);
    const [hers, his] = [await ann.connect(), await bob.connect()];
    const sends = Array.from({ length: 1_100 }, (_, n) => hers.ask('send_message', { roomId, content: `hers ${n}` }));
    expect((await Promise.all(sends)).every(({ ok }) => ok)).toBe(true);
    await hers.ask('send_message', { roomId: left, content: 'hers, in a room she left' });
    await hers.ask('leave_room', { roomId: left });
    await his.ask('send_message', { roomId, content: `the words of another one about ${ann.id}` });
    await ann.call('POST', `/api/rooms/${roomId}/invites`, {});
    const { exitCode, stdout, stderr } = await user(['export', ann.email]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const of = (record: string) => lines.filter((line) => line['record'] === record);
    expect(of('profile')).toMatchObject([{ id: ann.id, email: ann.email, username: ann.username }]);
    expect(of('session')).toHaveLength(1);
    expect(of('membership')).toMatchObject([{ roomId, roomName: 'tea', role: 'owner', readSeq: 2 }]);
    expect(of('invite')).toMatchObject([{ roomId, uses: 0 }]);
    const texts = of('message')
      .filter((line) => line['roomId'] === roomId)
      .map(({ content }) => content);
    expect(texts).toEqual(Array.from({ length: 1_100 }, (_, n) => `hers ${n}`));
    expect(of('message').find((line) => line['roomName'] === 'coffee')).toMatchObject({ roomId: left });
    expect(stdout).not.toContain('another one');
    expect(stdout).not.toMatch(/\$2[aby]\$|digest|hash|token/i);
    expect((await user(['export', 'nobody at all'])).exitCode).toBe(3);
  });

  // It waits for ten seconds; that each database erases what it should is for the tests of the stores.
  if (product === 'mariadb') return;

  it('erases: devices are cut, members hear of it and find tombstones, and nobody comes back', async () => {
    const [ann, bob] = [await someone('ann'), await someone('bob')];
    const roomId = await ann.createRoom({ name: 'tea' });
    await bob.join(roomId);
    const [hers, his] = [await ann.connect(), await bob.connect()];
    await hers.ask('send_message', { roomId, content: 'a secret', clientMessageId: 'a-1' });
    await his.ask('send_message', { roomId, content: 'an answer' });
    const unread = (await bob.call('GET', '/api/rooms/mine')).body.rooms[0].unreadCount;

    expect(await user(['erase', ann.username], { stdin: 'yes\n', terminal: true })).toMatchObject({ exitCode: 1 });
    const erased = await user(['erase', ann.username, '--yes', '--json']);
    expect(erased).toMatchObject({ exitCode: 0 });
    const { username, ...counts } = JSON.parse(erased.stdout) as { username: string };
    expect(counts).toEqual({ id: ann.id, roomsLeft: 1, messages: 1 });

    expect(hers.socket.connected).toBe(false);
    const event = await his.hears('room_event', ({ type }) => type === 'messages_erased');
    expect(event).toMatchObject({ roomId, userId: ann.id, fromSeq: 2, toSeq: 4 });
    await his.hears('room_event', ({ type, userId }) => type === 'member_left' && userId === ann.id);
    const { body } = await bob.call('GET', `/api/rooms/${roomId}/messages`);
    const place = { roomId, userId: ann.id, seq: 4, content: '', erasedAt: expect.any(String) as string };
    expect(body.messages[0]).toMatchObject(place);
    expect(body.messages[0]).not.toHaveProperty('clientMessageId');
    expect(body.messages[1]).toMatchObject({ content: 'an answer' });
    expect((await bob.call('GET', '/api/rooms/mine')).body.rooms[0]).toMatchObject({
      role: 'owner',
      unreadCount: unread,
    });
    const synced = await his.ask('sync', { rooms: [{ roomId, afterSeq: 0 }] });
    expect(JSON.stringify(synced)).not.toContain('a secret');
    expect(JSON.stringify(synced)).not.toContain(ann.username);

    expect((await ann.call('GET', '/api/users/me')).status).toBe(401);
    const { email, password } = ann;
    expect((await ann.call('POST', '/api/auth/login', { email, password })).status).toBe(401);
    expect((await user(['enable', ann.id])).exitCode).toBe(1);
    expect(await user(['erase', ann.username, '--yes'])).toMatchObject({ exitCode: 3 });
    expect(username).toMatch(/^deleted-/);
  });
});
