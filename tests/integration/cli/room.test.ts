import { afterEach, expect, it } from 'vitest';
import { cli } from '../../support/harness/cli.ts';
import { Person } from '../../support/harness/person.ts';
import { startServer, type TestServer } from '../../support/harness/server.ts';
import { describeDatabases, useDatabase } from '../sequelize/sql-harness.ts';

describeDatabases('parley room beside a live server', (fresh, product) => {
  const database = useDatabase(fresh);
  let server: TestServer | undefined;
  const people: Person[] = [];
  afterEach(async () => {
    for (const person of people.splice(0)) person.close();
    await server?.stop();
    server = undefined;
  });

  const room = (args: readonly string[], given: { stdin?: string; terminal?: boolean } = {}) =>
    cli(['room', ...args], { ...given, env: { DATABASE_URL: database.url() } });
  const someone = async (name: string) => {
    server ??= await startServer({ DATABASE_URL: database.url() });
    const person = await Person.register(server.url, name);
    people.push(person);
    return person;
  };
  const roomOfTwo = async () => {
    const [ann, bob] = [await someone('ann'), await someone('bob')];
    const roomId = await ann.createRoom({ name: 'tea' });
    await bob.join(roomId);
    return { ann, bob, roomId };
  };

  it('lists rooms, private ones too, page by page', async () => {
    const ann = await someone('ann');
    const ids = [await ann.createRoom({ name: 'tea' }), await ann.createRoom({ name: 'green tea', isPrivate: true })];
    await ann.createRoom({ name: 'coffee' });
    const { exitCode, stdout, stderr } = await room(['list', '--search', 'TEA', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      rooms: [
        { id: ids[1], name: 'green tea', isPrivate: true, memberCount: 1, headSeq: 2 },
        { id: ids[0], name: 'tea', isPrivate: false },
      ],
    });
    const page = await room(['list', '--limit', '1']);
    expect(page.stdout).toMatch(/1 +2 +public +coffee/);
    const after = /--after (\S+)/.exec(page.stderr)?.[1] ?? '';
    expect((await room(['list', '--after', after])).stdout).toContain('green tea');
    expect((await room(['list', '--limit', 'many'])).exitCode).toBe(2);
  });

  it('exports the whole log of a room in order, longer than a page', async () => {
    const { ann, roomId } = await roomOfTwo();
    const device = await ann.connect();
    const content = 'a long text '.repeat(200);
    const sends = Array.from({ length: 1_100 }, () => device.ask('send_message', { roomId, content }));
    expect((await Promise.all(sends)).every(({ ok }) => ok)).toBe(true);
    const { exitCode, stdout, stderr } = await room(['export', roomId], { terminal: true });
    expect(exitCode).toBe(0);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number; type: string });
    expect(lines.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_103 }, (_, index) => index + 1));
    expect(lines.slice(0, 4).map(({ type }) => type)).toEqual([
      'room_created',
      'member_joined',
      'member_joined',
      'message',
    ]);
    expect(lines[3]).toMatchObject({ roomId, userId: ann.id, content: content.trim() });
    expect(stderr).toContain('100 % 1,103/1,103');
    expect(await room(['export', ann.id])).toMatchObject({ exitCode: 3, stdout: '' });
  });

  it('says for how long a room keeps texts', async () => {
    const { ann, roomId } = await roomOfTwo();
    expect(await room(['retention', roomId, '30', '--json'])).toMatchObject({
      exitCode: 0,
      stdout: `${JSON.stringify({ id: roomId, days: 30 }, null, 2)}\n`,
    });
    const aside = await database.aside();
    const [rows] = await aside.query(`SELECT retention_days FROM rooms WHERE id = '${roomId}'`);
    expect(rows).toEqual([{ retention_days: 30 }]);
    expect((await room(['retention', roomId, 'off'])).stdout).toContain('as long as the server keeps them');
    expect((await room(['retention', roomId, '0'])).exitCode).toBe(2);
    expect((await room(['retention', ann.id, '30'])).exitCode).toBe(3);
  });

  it('purges nothing unless it is meant', async () => {
    const { ann, roomId } = await roomOfTwo();
    expect(await room(['purge', roomId])).toMatchObject({ exitCode: 2, stdout: '' });
    const mistaken = await room(['purge', roomId], { stdin: 'yes\n', terminal: true });
    expect(mistaken).toMatchObject({ exitCode: 1, stdout: '' });
    expect(mistaken.stderr).toContain('Nothing was changed.');
    expect((await ann.call('GET', `/api/rooms/${roomId}`)).status).toBe(200);
  });

  // It waits for ten seconds; that each database deletes what it should is for the contract suite.
  if (product === 'mariadb') return;

  it('purges a room: members hear that they are out, and nothing of it is left', async () => {
    const { ann, bob, roomId } = await roomOfTwo();
    const other = await ann.createRoom({ name: 'other' });
    const device = await bob.connect();
    await device.ask('send_message', { roomId, content: 'hello' });
    const { exitCode, stdout } = await room(['purge', roomId, '--json'], { stdin: 'tea\n', terminal: true });
    expect({ exitCode, ...(JSON.parse(stdout) as object) }).toEqual({ exitCode: 0, id: roomId, deleted: 9 });
    const event = await device.hears(
      'room_event',
      ({ type, userId }) => type === 'member_removed' && userId === bob.id,
    );
    expect(event.roomId).toBe(roomId);
    expect((await ann.call('GET', `/api/rooms/${roomId}`)).status).toBe(404);
    const { body } = await ann.call('GET', '/api/rooms/mine');
    expect(body.rooms.map(({ id }: { id: string }) => id)).toEqual([other]);
    expect(await device.ask('send_message', { roomId, content: 'hello?' })).toMatchObject({ ok: false });
    const aside = await database.aside();
    const [rows] = await aside.query(`SELECT seq FROM room_log WHERE room_id = '${roomId}'`);
    expect(rows).toEqual([]);
    expect(await room(['purge', roomId, '--yes'])).toMatchObject({ exitCode: 3 });
  });
});
