import { expect, it } from 'vitest';
import { Chat } from '../../../src/client/chat.ts';
import type { TokenWanted } from '../../../src/client/client.ts';
import { FakeWorld, page, refused, ROOM, sent, synced, turn } from './fake-world.ts';

const REFUSED = (code: string) => ({ code, message: code }) as { code: 'TOKEN_EXPIRED'; message: string };

/** A source that counts its tokens and notes why it was asked. */
function counting() {
  const whys: TokenWanted[] = [];
  return { whys, token: (why: TokenWanted) => `token ${whys.push(why)}` };
}

it('tries again later and later, at random within a bound, and at once when it is told to', async () => {
  const world = new FakeWorld();
  const chat = new Chat({ token: 'a token' }, world.surroundings);
  const started = chat.start();
  for (const waitMs of [250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
    await turn();
    const { length } = world.sockets;
    world.socket.handlers.refused(null, 'no network');
    expect(chat.state).toBe('offline');
    await world.pass(waitMs - 1);
    expect(world.sockets).toHaveLength(length);
    await world.pass(1);
    expect(world.sockets).toHaveLength(length + 1);
  }
  world.socket.handlers.refused({ ...REFUSED('RATE_LIMITED'), retryAfterMs: 60_000 }, null);
  await world.pass(60_000);
  expect(world.sockets).toHaveLength(9);
  chat.reconnect();
  chat.reconnect();
  await turn();
  expect(world.sockets).toHaveLength(10);
  world.socket.handlers.opened();
  await started;
});

it('begins with short waits again only after a connection that lasted', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const dropAndCount = async () => {
    world.socket.handlers.lost('transport close');
    const { length } = world.sockets;
    let waitedMs = 0;
    for (; world.sockets.length === length; waitedMs += 250) await world.pass(250);
    world.socket.handlers.opened();
    await turn();
    world.socket.answer('sync', synced([page(0, [])]));
    await turn();
    return waitedMs;
  };
  expect(await dropAndCount()).toBe(250);
  expect(await dropAndCount()).toBe(500);
  await world.pass(10_000);
  expect(await dropAndCount()).toBe(250);
  expect(chat.state).toBe('live');
});

it('comes back after a drain when the server asked it to', async () => {
  const world = new FakeWorld();
  await world.live(0);
  world.socket.handlers.heard('draining', { reconnectAfterMs: 3_000 });
  world.socket.handlers.lost('transport close');
  await world.pass(3_249);
  expect(world.sockets).toHaveLength(1);
  await world.pass(1);
  expect(world.sockets).toHaveLength(2);
});

it('uses a token until it is refused, and comes in with another one at once', async () => {
  const world = new FakeWorld();
  const { whys, token } = counting();
  const chat = await world.live(0, { token });
  await world.reconnect();
  expect(world.socket.token).toBe('token 1');
  world.socket.handlers.lost('transport close');
  await world.pass(500);
  world.socket.handlers.refused(REFUSED('TOKEN_EXPIRED'), null);
  await turn();
  expect(world.socket.token).toBe('token 2');
  expect(whys).toEqual(['first', 'refused']);
  world.socket.handlers.opened();
  await turn();
  world.socket.answer('sync', synced([page(0, [])]));
  await turn();
  expect(chat.state).toBe('live');
});

it('renews its token on the live connection when it is told that it ends, and once for many such notices', async () => {
  const world = new FakeWorld();
  const { whys, token } = counting();
  const chat = await world.live(0, { token });
  for (let count = 0; count < 3; count += 1) world.socket.handlers.heard('session_expiring', { expiresAt: 'soon' });
  await turn();
  expect(world.socket.open('authenticate').map(({ payload }) => payload)).toEqual([{ token: 'token 2' }]);
  world.socket.answer('authenticate', { ok: true, data: { expiresAt: 'later' } });
  await turn();
  expect([chat.state, whys]).toEqual(['live', ['first', 'expiring']]);
  await world.pass(10_000);
  world.socket.handlers.heard('session_expiring', { expiresAt: 'soon' });
  await turn();
  expect(whys).toEqual(['first', 'expiring', 'expiring']);
});

it('takes another token when the server cuts the connection because of the old one, or refuses a request', async () => {
  const world = new FakeWorld();
  const { token } = counting();
  const chat = await world.live(0, { token });
  world.socket.handlers.heard('error', { event: 'authenticate', ...REFUSED('TOKEN_EXPIRED') });
  await world.reconnect();
  expect(world.socket.token).toBe('token 2');
  chat.send(ROOM, 'one');
  await turn();
  world.socket.answer('send_message', refused('TOKEN_EXPIRED'));
  await world.pass(1_000);
  expect(world.socket.token).toBe('token 3');
  world.socket.handlers.opened();
  await turn();
  world.socket.answer('send_message', sent(1));
  await turn();
  expect(chat.pending).toEqual([]);
});

it('stops where trying cannot help: a fixed token, the same one again, one new one after the other', async () => {
  const sources = [
    { token: 'fixed', attempts: 1 },
    { token: () => 'always the same', attempts: 2 },
    { token: counting().token, attempts: 3 },
  ];
  for (const { token, attempts } of sources) {
    const world = new FakeWorld();
    const chat = new Chat({ token }, world.surroundings);
    const started = expect(chat.start()).rejects.toMatchObject({ name: 'ChatError', code: 'UNAUTHENTICATED' });
    for (let count = 0; count < attempts; count += 1) {
      await world.pass(1_000);
      expect(world.sockets).toHaveLength(count + 1);
      world.socket.handlers.refused(REFUSED('UNAUTHENTICATED'), null);
    }
    await started;
    expect(chat.state).toBe('closed');
    await world.pass(60_000);
    expect(world.sockets).toHaveLength(attempts);
  }
});

it('asks a source that fails again, and is told of nothing after it was closed meanwhile', async () => {
  const world = new FakeWorld();
  let asked = 0;
  const chat = new Chat(
    {
      token: async () => {
        asked += 1;
        if (asked === 1) throw new Error('no network');
        return 'a token';
      },
    },
    world.surroundings,
  );
  const started = expect(chat.start()).rejects.toMatchObject({ code: 'CLOSED' });
  await world.pass(249);
  expect([asked, world.sockets.length, chat.state]).toEqual([1, 0, 'offline']);
  await world.pass(1);
  expect([asked, world.sockets.length, chat.state]).toEqual([2, 1, 'connecting']);
  chat.close();
  await started;
  expect(world.socket.isClosed).toBe(true);
});

it('asks again what may be asked again, and takes a leaving that was done before for done', async () => {
  const world = new FakeWorld();
  const chat = await world.live(3);
  await expect(answered('NOT_A_MEMBER')).rejects.toMatchObject({ code: 'NOT_A_MEMBER' });
  const left = chat.leave(ROOM);
  await turn();
  await world.reconnect();
  world.socket.answer('leave_room', refused('NOT_A_MEMBER'));
  await left;
  expect(chat.positions.size).toBe(0);

  async function answered(code: string) {
    const leaving = chat.leave(ROOM);
    await turn();
    world.socket.answer('leave_room', refused(code));
    return leaving;
  }
});

it('tells the highest mark only, and until it has arrived', async () => {
  const world = new FakeWorld();
  const chat = await world.live(9);
  const marks = () => world.socket.open('read_receipt').map(({ payload }) => payload);
  for (const seq of [3, 5, 4, 9]) chat.markRead(ROOM, seq);
  await turn();
  expect(marks()).toEqual([{ roomId: ROOM, seq: 3 }]);
  world.socket.answer('read_receipt', { ok: true, data: { roomId: ROOM, readSeq: 3, deliveredSeq: 3 } });
  await turn();
  expect(marks()).toEqual([{ roomId: ROOM, seq: 9 }]);
  await world.reconnect();
  expect(marks()).toEqual([{ roomId: ROOM, seq: 9 }]);
  world.socket.answer('read_receipt', { ok: true, data: { roomId: ROOM, readSeq: 9, deliveredSeq: 9 } });
  await turn();
  for (const seq of [9, 4]) chat.markRead(ROOM, seq);
  await turn();
  expect(marks()).toEqual([]);
});

it('says that somebody types at most so often, and not after a message', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const notes = () => world.socket.open('typing').map(({ payload }) => (payload as { isTyping: boolean }).isTyping);
  chat.setTyping(ROOM, false);
  for (let count = 0; count < 5; count += 1) chat.setTyping(ROOM);
  expect(notes()).toEqual([true]);
  world.socket.answer('typing', { ok: true, data: {} });
  await world.pass(3_000);
  chat.setTyping(ROOM);
  expect(notes()).toEqual([true]);
  chat.setTyping(ROOM, false);
  expect(notes()).toEqual([true, false]);
  chat.setTyping(ROOM);
  chat.send(ROOM, 'done');
  chat.setTyping(ROOM);
  expect(notes()).toEqual([true, false, true, true]);
});

it('leaves no timer behind and nobody waiting when it is closed', async () => {
  const world = new FakeWorld();
  const chat = await world.live(3, { token: counting().token });
  const stream = chat.messages();
  const next = stream.next();
  chat.setTyping(ROOM);
  world.socket.handlers.heard('session_expiring', { expiresAt: 'soon' });
  world.socket.message(9);
  chat.send(ROOM, 'one');
  const left = expect(chat.leave(ROOM)).rejects.toMatchObject({ code: 'CLOSED' });
  const joined = expect(chat.join({ roomId: ROOM })).rejects.toMatchObject({ code: 'CLOSED' });
  await turn();
  world.socket.answer('leave_room', refused('RATE_LIMITED', 60_000));
  world.socket.answer('send_message', refused('OVERLOADED'));
  await turn();
  expect(world.timers).toBeGreaterThan(4);
  chat.close();
  await Promise.all([left, joined]);
  expect(await next).toEqual({ value: undefined, done: true });
  await turn();
  expect(world.timers).toBe(0);
  expect(world.socket.isClosed).toBe(true);
});
