import { expect, it } from 'vitest';
import type { Outgoing } from '../../../src/client/client.ts';
import { FakeWorld, ME, refused, ROOM, sent, synced, page, told, turn, type FakeSocket } from './fake-world.ts';

const OTHER = 'room-2';
const sends = (socket: FakeSocket) => socket.open('send_message').map(({ payload }) => payload);
const payload = (content: string, clientMessageId: string, roomId = ROOM) => ({ roomId, content, clientMessageId });

/** A storage whose writes take a turn each. */
function slowStorage(kept = new Map<string, string>()) {
  return {
    kept,
    get: async (key: string) => kept.get(key),
    set: (key: string, value: string) => turn().then(() => void kept.set(key, value)),
    remove: (key: string) => turn().then(() => void kept.delete(key)),
  };
}

it('sends one by one in a room, and in two rooms at a time', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const first = chat.send(ROOM, 'one');
  chat.send(ROOM, 'two');
  chat.send(OTHER, 'three');
  await turn();
  expect(sends(world.socket)).toEqual([payload('one', 'key-1'), payload('three', 'key-3', OTHER)]);
  world.socket.answer('send_message', sent(1));
  await turn();
  expect(await first.settled).toEqual(sent(1));
  expect(sends(world.socket)).toEqual([payload('three', 'key-3', OTHER), payload('two', 'key-2')]);
});

it('sends again under the same id what was refused for now, no sooner than the server allows, and in order', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const statuses: string[] = [];
  chat.on('outgoing', ({ status, message: { content } }) => statuses.push(`${content} ${status}`));
  chat.send(ROOM, 'one');
  chat.send(ROOM, 'two');
  await turn();
  world.socket.answer('send_message', refused('RATE_LIMITED', 4_000));
  await world.pass(4_249);
  expect(sends(world.socket)).toEqual([]);
  await world.pass(1);
  expect(sends(world.socket)).toEqual([payload('one', 'key-1')]);
  world.socket.answer('send_message', refused('OVERLOADED'));
  await world.pass(499);
  expect(sends(world.socket)).toEqual([]);
  await world.pass(1);
  world.socket.answer('send_message', sent(1));
  await turn();
  expect(sends(world.socket)).toEqual([payload('two', 'key-2')]);
  expect(statuses).toEqual(['one queued', 'two queued', 'one waiting', 'one waiting', 'one sent']);
});

it.each(['VALIDATION_FAILED', 'NOT_A_MEMBER', 'ROOM_NOT_FOUND', 'MUTED', 'FORBIDDEN', 'INTERNAL'])(
  'does not send again what was refused with %s, and goes on with the next',
  async (code) => {
    const world = new FakeWorld();
    const chat = await world.live(0);
    const { settled } = chat.send(ROOM, 'one');
    chat.send(ROOM, 'two');
    await turn();
    world.socket.answer('send_message', refused(code, 60_000));
    expect(await settled).toMatchObject({ ok: false, error: { name: 'ChatError', code, retryAfterMs: 60_000 } });
    await turn();
    expect(sends(world.socket)).toEqual([payload('two', 'key-2')]);
    await world.pass(120_000);
    expect(world.sockets.flatMap(sends)).not.toContainEqual(payload('one', 'key-1'));
  },
);

it('sends again, once and in order, when the connection is lost before the ack', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const { settled } = chat.send(ROOM, 'one');
  chat.send(ROOM, 'two');
  await turn();
  const first = world.socket;
  await world.reconnect();
  expect(sends(world.socket)).toEqual([payload('one', 'key-1')]);
  // An ack of a connection that has ended is nobody's.
  first.answer('send_message', refused('FORBIDDEN'));
  world.socket.answer('send_message', sent(7, true));
  expect(await settled).toMatchObject({ ok: true, data: { seq: 7, deduplicated: true } });
});

it('gives the connection up when no ack comes, and sends again on the next one', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0, { ackTimeoutMs: 5_000 });
  chat.send(ROOM, 'one');
  await world.pass(4_999);
  expect(world.socket.isClosed).toBe(false);
  await world.pass(1);
  expect(world.socket.isClosed).toBe(true);
  expect(chat.state).toBe('offline');
  await world.pass(250);
  world.socket.handlers.opened();
  await turn();
  expect(sends(world.socket)).toEqual([payload('one', 'key-1')]);
});

it('takes its own message, when it comes back, for the ack', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const seqs = told(chat);
  const { settled } = chat.send(ROOM, 'one');
  chat.send(ROOM, 'two');
  await turn();
  world.socket.message(1, { userId: 'somebody', clientMessageId: 'key-1' });
  expect(chat.pending).toHaveLength(2);
  world.socket.message(2, { userId: ME, clientMessageId: 'key-1' });
  expect(await settled).toMatchObject({ ok: true, data: { seq: 2 } });
  await turn();
  expect(sends(world.socket)).toContainEqual(payload('two', 'key-2'));
  world.socket.answer('send_message', sent(2));
  await world.reconnect();
  expect(sends(world.socket)).toEqual([payload('two', 'key-2')]);
  expect(seqs).toEqual([1, 2]);
});

it('keeps what is pending before it sends it, and a later client sends that first, under the same ids', async () => {
  const storage = slowStorage();
  const world = new FakeWorld();
  const chat = await world.live(0, { storage });
  chat.send(ROOM, 'one');
  chat.send(OTHER, 'two');
  expect(sends(world.socket)).toEqual([]);
  await turn();
  await turn();
  expect(sends(world.socket)).toEqual([payload('one', 'key-1'), payload('two', 'key-2', OTHER)]);
  expect([...storage.kept.keys()]).toEqual([`parley/outbox/${ME}`]);
  // The page goes without a word; what was sent may or may not have arrived.
  const next = new FakeWorld();
  const later = await next.connected({ storage });
  expect(later.pending).toEqual([payload('one', 'key-1'), payload('two', 'key-2', OTHER)]);
  const outgoing: Outgoing[] = [];
  later.on('outgoing', (event) => outgoing.push(event));
  later.send(ROOM, 'three', 'key-3');
  await next.pass(0);
  await turn();
  expect(sends(next.socket)).toEqual([payload('one', 'key-1'), payload('two', 'key-2', OTHER)]);
  for (const seq of [1, 1, 2]) {
    next.socket.answer('send_message', sent(seq, true));
    await turn();
  }
  await next.pass(0);
  await turn();
  expect(outgoing.map(({ status, message }) => `${message.content} ${status}`)).toEqual([
    'three queued',
    'one sent',
    'two sent',
    'three sent',
  ]);
  expect(storage.kept.size).toBe(0);
});

it('does not send what is not kept yet', async () => {
  const world = new FakeWorld();
  let write: () => void = () => undefined;
  const set = () => new Promise<void>((resolve) => (write = resolve));
  const chat = await world.live(0, { storage: { get: () => null, set, remove: () => undefined } });
  chat.send(ROOM, 'one');
  await world.pass(60_000);
  expect(sends(world.socket)).toEqual([]);
  write();
  await turn();
  expect(sends(world.socket)).toEqual([payload('one', 'key-1')]);
});

it.each(['not JSON', '{"a":1}', '[1,null,{"roomId":"r"}]'])(
  'begins with nothing where the storage has %s',
  async (text) => {
    const world = new FakeWorld();
    const chat = await world.live(0, { storage: slowStorage(new Map([[`parley/outbox/${ME}`, text]])) });
    expect(chat.pending).toEqual([]);
  },
);

it('sends all the same where the storage fails, and says that it does', async () => {
  const world = new FakeWorld();
  const full = () => Promise.reject(new Error('quota'));
  const chat = await world.live(0, { storage: { get: () => null, set: full, remove: full } });
  const errors: string[] = [];
  chat.on('error', ({ code }) => errors.push(code));
  chat.send(ROOM, 'one');
  await turn();
  expect(sends(world.socket)).toEqual([payload('one', 'key-1')]);
  expect(errors).toEqual(['STORAGE']);
});

it('is bounded, takes messages back, and answers what is pending when it is closed', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const all = Array.from({ length: 1_001 }, (_, index) => chat.send(ROOM, `${index}`));
  expect(await all.at(-1)?.settled).toMatchObject({ ok: false, error: { code: 'OUTBOX_FULL' } });
  expect(chat.send(ROOM, 'again', 'key-2')).toBe(all[1]);
  expect(chat.discard({ roomId: ROOM, clientMessageId: 'key-2' })).toBe(true);
  expect(chat.discard({ roomId: ROOM, clientMessageId: 'key-2' })).toBe(false);
  expect(await all[1]?.settled).toMatchObject({ ok: false, error: { code: 'DISCARDED' } });
  world.socket.answer('send_message', sent(1));
  await turn();
  expect(sends(world.socket)).toEqual([payload('2', 'key-3')]);
  chat.close();
  expect(await all[2]?.settled).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
  expect(await chat.send(ROOM, 'late').settled).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
});

it('settles by what `sync` brings when the ack was lost', async () => {
  const world = new FakeWorld();
  const chat = await world.live(0);
  const { settled } = chat.send(ROOM, 'one');
  await turn();
  await world.reconnect();
  const own = { ...page(1, [1]).events[0], userId: ME, clientMessageId: 'key-1' };
  world.socket.answer('sync', synced([{ ...page(1, []), events: [own] }]));
  expect(await settled).toMatchObject({ ok: true, data: { id: 'id-1', seq: 1 } });
});
