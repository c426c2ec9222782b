import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Chat } from '../../../src/client/chat.ts';
import { FakeWorld, ME, message, page, ROOM, synced, told, turn } from './fake-world.ts';

it('puts what comes early in order, and drops what comes twice', async () => {
  const world = new FakeWorld();
  const chat = await world.live(10);
  const seqs = told(chat);
  for (const seq of [12, 11, 11, 10, 14, 13, 12]) world.socket.message(seq);
  expect(seqs).toEqual([11, 12, 13, 14]);
  await world.pass(1_000);
  expect(world.socket.open('sync')).toEqual([]);
});

it('reads a gap that does not close by itself, once, and goes on from pages and pushes alike', async () => {
  const world = new FakeWorld();
  const chat = await world.live(10);
  const seqs = told(chat);
  for (const seq of [13, 15]) world.socket.message(seq);
  await world.pass(299);
  expect(world.socket.open('sync')).toEqual([]);
  await world.pass(1);
  expect(world.socket.open('sync').map(({ payload }) => payload)).toEqual([
    { rooms: [{ roomId: ROOM, afterSeq: 10 }] },
  ]);
  world.socket.message(16);
  world.socket.answer('sync', synced([page(15, [11, 12, 13])], [], false));
  await turn();
  expect(seqs).toEqual([11, 12, 13]);
  world.socket.answer('sync', synced([page(16, [14, 15])]));
  await turn();
  expect(seqs).toEqual([11, 12, 13, 14, 15, 16]);
});

it('asks again, with pauses, where a page brings nothing on', async () => {
  const world = new FakeWorld();
  await world.live(10);
  world.socket.message(12);
  await world.pass(300);
  world.socket.answer('sync', synced([page(12, [], false)], [], false));
  await turn();
  expect(world.socket.open('sync')).toEqual([]);
  await world.pass(250);
  expect(world.socket.open('sync')).toHaveLength(1);
});

it('tells the same, in whatever order and however often entries come and wherever a page begins', async () => {
  const arrivals = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(arrivals, arrivals, async (before, after) => {
      const world = new FakeWorld();
      const chat = await world.live(0);
      const seqs = told(chat);
      for (const seq of before) world.socket.message(seq);
      await world.reconnect();
      for (const seq of after) world.socket.message(seq);
      const [asked] = world.socket.open('sync');
      const { afterSeq } = (asked?.payload as { rooms: { afterSeq: number }[] }).rooms[0] ?? { afterSeq: 0 };
      const rest = Array.from({ length: 12 - afterSeq }, (_, index) => afterSeq + 1 + index);
      world.socket.answer('sync', synced([page(12, rest)]));
      await turn();
      expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(chat.positions.get(ROOM)).toBe(12);
      expect(chat.state).toBe('live');
    }),
  );
});

it('is live only when nothing is missing, and not by the answer to a connection that has ended', async () => {
  const world = new FakeWorld();
  const chat = await world.connected();
  const states: string[] = [];
  chat.on('state', ({ state }) => states.push(state));
  await world.pass(0);
  const first = world.socket;
  await world.reconnect();
  expect(() => first.answer('sync', synced([page(3, [])]))).not.toThrow();
  await turn();
  expect(chat.state).toBe('connecting');
  expect(chat.positions.size).toBe(0);
  world.socket.answer('sync', synced([page(4, [])]));
  await turn();
  expect(states).toEqual(['offline', 'connecting', 'live']);
  expect([...chat.positions]).toEqual([[ROOM, 4]]);
});

it('tells nothing before whoever waits for the client can listen, and then all of it', async () => {
  const world = new FakeWorld();
  const chat = new Chat({ token: 'a token', positions: [[ROOM, 5]] }, world.surroundings);
  const seqs = told(chat);
  const started = chat.start();
  await turn();
  world.socket.handlers.opened();
  world.socket.message(6);
  await started;
  expect(seqs).toEqual([]);
  await world.pass(0);
  world.socket.message(7);
  world.socket.answer('sync', synced([page(7, [6])]));
  await turn();
  expect(seqs).toEqual([6, 7]);
});

it('begins in a room that it did not know with what was pushed before the first answer', async () => {
  const world = new FakeWorld();
  const chat = await world.connected();
  const seqs = told(chat);
  await world.pass(0);
  world.socket.message(8);
  world.socket.message(9);
  world.socket.message(3, { roomId: 'room-of-others' });
  world.socket.answer('sync', synced([page(9, [])]));
  await turn();
  expect(seqs).toEqual([8, 9]);
  expect([...chat.positions]).toEqual([[ROOM, 9]]);
});

it('forgets a room with its own removal, enters it with its own joining, and ignores what comes in between', async () => {
  const world = new FakeWorld();
  const chat = await world.live(10);
  const seqs = told(chat);
  const gone: unknown[] = [];
  chat.on('gone', ({ roomId, event }) => gone.push([roomId, event?.type]));
  const entry = (type: string, seq: number) => ({ ...message(seq), type, userId: ME, actorId: ME });
  world.socket.handlers.heard('room_event', entry('member_removed', 12));
  world.socket.message(13);
  expect(gone).toEqual([[ROOM, 'member_removed']]);
  expect(chat.positions.size).toBe(0);
  world.socket.handlers.heard('room_event', entry('member_joined', 20));
  world.socket.message(21);
  expect(seqs).toEqual([21]);
  expect(chat.positions.get(ROOM)).toBe(21);
});

it('does not take an old answer for news of a room that was left and joined again', async () => {
  const world = new FakeWorld();
  const chat = await world.live(10);
  world.socket.message(12);
  await world.pass(300);
  const entry = (type: string, seq: number) => ({ ...message(seq), type, userId: ME, actorId: ME });
  world.socket.handlers.heard('room_event', entry('member_left', 13));
  world.socket.handlers.heard('room_event', entry('member_joined', 14));
  world.socket.answer('sync', synced([], [ROOM]));
  await turn();
  expect(chat.positions.get(ROOM)).toBe(14);
});

it('does not enter a room that was left while the answer was under way', async () => {
  const world = new FakeWorld();
  const chat = await world.live(10);
  world.socket.message(12);
  await world.pass(300);
  world.socket.handlers.heard('room_event', { ...message(13), type: 'member_left', userId: ME, actorId: ME });
  world.socket.answer('sync', synced([page(12, [11, 12])]));
  await turn();
  expect(chat.positions.size).toBe(0);
});

it('counts a kind of event that it does not know, and survives whatever else is pushed', async () => {
  const world = new FakeWorld();
  const chat = await world.live(10);
  const seqs = told(chat);
  const kinds: string[] = [];
  chat.on('room_event', ({ type }) => kinds.push(type));
  for (const junk of [
    null,
    7,
    'text',
    {},
    [],
    { seq: 11 },
    { ...message(11), seq: 'eleven' },
    { ...message(11), seq: 0 },
  ]) {
    world.socket.handlers.heard('receive_message', junk);
    world.socket.handlers.heard('room_event', junk);
  }
  world.socket.handlers.heard('room_event', { ...message(11), type: 'moon_phase' });
  world.socket.message(12);
  expect(kinds).toEqual(['moon_phase']);
  expect(seqs).toEqual([12]);
});

it('keeps only so much of what is early, and reads the rest', async () => {
  const world = new FakeWorld();
  const chat = await world.live(10);
  const seqs = told(chat);
  for (let seq = 12; seq <= 1_200; seq += 1) world.socket.message(seq);
  world.socket.message(11);
  expect(seqs.at(-1)).toBe(1_011);
  await world.pass(300);
  expect(world.socket.open('sync')[0]?.payload).toEqual({ rooms: [{ roomId: ROOM, afterSeq: 1_011 }] });
});
