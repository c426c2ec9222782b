import { describe, expect, it } from 'vitest';
import { AppError } from '../../../../src/application/errors/app-error.ts';
import type { RoomLog } from '../../../../src/application/ports/index.ts';
import { createCore, refusal, type CoreOptions } from '../../../support/harness/core.ts';

const FIVE_IN_TEN_SECONDS = { points: 5, durationMs: 10_000 };

/** Alice and Bob in a room, each with a live connection. */
async function aConversation(options: CoreOptions = {}) {
  const core = createCore(options);
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const roomId = await core.aRoomOf(alice, bob);
  const [a, b] = [await core.connect(alice), await core.connect(bob)];
  const heard = (connectionId: string) =>
    core.entries(connectionId, roomId).flatMap((entry) => (entry.type === 'message' ? [entry.content] : []));
  return { ...core, core, alice, bob, roomId, a, b, heard };
}

/** A log whose append does what it is told. */
const withAppend = (append: (log: RoomLog, ...args: Parameters<RoomLog['append']>) => ReturnType<RoomLog['append']>) =>
  ({
    adapt: ({ persistence }) => ({
      persistence: {
        ...persistence,
        log: new Proxy(persistence.log, {
          get: (log, key: keyof RoomLog) =>
            key === 'append' ? (...args: Parameters<RoomLog['append']>) => append(log, ...args) : log[key].bind(log),
        }),
      },
    }),
  }) satisfies CoreOptions;

describe('sending a message', () => {
  it('stores it trimmed and tells every device of every member, the sender included', async () => {
    const { core, alice, roomId, a, b, heard, persistence } = await aConversation();
    const { entry, deduplicated } = await core.send(roomId, alice, '  hello \n', 'c-1');
    expect(entry).toMatchObject({
      type: 'message',
      content: 'hello',
      clientMessageId: 'c-1',
      actorId: alice.id,
      seq: 4,
    });
    expect(deduplicated).toBe(false);
    expect(await persistence.log.messages({ roomId, limit: 10 })).toEqual([entry]);
    expect([heard(a), heard(b)]).toEqual([['hello'], ['hello']]);
  });

  it.each(['', '   ', 'nul\u0000', '\ud800', 'x'.repeat(4_001)])('refuses %j before anything else', async (content) => {
    const { core, alice, roomId, b, heard, limiter } = await aConversation({ limit: FIVE_IN_TEN_SECONDS });
    await expect(core.send(roomId, alice, content)).rejects.toEqual(refusal('VALIDATION_FAILED'));
    expect(heard(b)).toEqual([]);
    expect(limiter.keyCount).toBe(0);
  });

  it('refuses who is no member, whatever they know of the room', async () => {
    const { core, alice, roomId, persistence, createRoom } = await aConversation();
    const outsider = await core.aPerson();
    await expect(core.send(roomId, outsider)).rejects.toEqual(refusal('NOT_A_MEMBER'));
    const hidden = await createRoom.execute({ userId: alice.id, name: 'hidden', isPrivate: true });
    await expect(core.send(hidden.id, outsider)).rejects.toEqual(refusal('ROOM_NOT_FOUND'));
    expect(await persistence.log.head(roomId)).toBe(3);
  });

  it('refuses who has left, at once', async () => {
    const { core, bob, roomId, leaveRoom } = await aConversation();
    await core.send(roomId, bob);
    await leaveRoom.execute({ roomId, userId: bob.id });
    await expect(core.send(roomId, bob)).rejects.toEqual(refusal('NOT_A_MEMBER'));
  });

  it('answers a repeat with the original and tells nobody again', async () => {
    const { core, alice, roomId, b, heard } = await aConversation();
    const first = await core.send(roomId, alice, 'once', 'same');
    const repeats = await Promise.all(['once', 'other'].map((content) => core.send(roomId, alice, content, 'same')));
    expect(repeats).toEqual([
      { entry: first.entry, deduplicated: true },
      { entry: first.entry, deduplicated: true },
    ]);
    expect(heard(b)).toEqual(['once']);
  });

  it('stores one of many parallel repeats', async () => {
    const { core, alice, roomId, b, heard } = await aConversation();
    const sent = await Promise.all(Array.from({ length: 20 }, () => core.send(roomId, alice, 'once', 'same')));
    expect(new Set(sent.map(({ entry }) => entry.id)).size).toBe(1);
    expect(sent.filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    expect(heard(b)).toEqual(['once']);
  });

  it('keeps messages of two people under one clientMessageId apart', async () => {
    const { core, alice, bob, roomId, b, heard } = await aConversation();
    await core.send(roomId, alice, 'of alice', 'same');
    await core.send(roomId, bob, 'of bob', 'same');
    expect(heard(b)).toEqual(['of alice', 'of bob']);
  });

  it('tells nobody when the append fails, and says why it failed', async () => {
    const down = withAppend(async () => Promise.reject(new AppError('OVERLOADED', { retryAfterMs: 100 })));
    const { core, alice, roomId, a, b, heard } = await aConversation(down);
    await expect(core.send(roomId, alice)).rejects.toEqual(refusal('OVERLOADED'));
    expect([heard(a), heard(b)]).toEqual([[], []]);
  });

  it('tells nobody before the append is durable', async () => {
    let commit: (() => void) | undefined;
    const slow = withAppend(async (log, draft) => {
      await new Promise<void>((resolve) => (commit = resolve));
      return log.append(draft);
    });
    const { core, alice, roomId, b, heard, scheduler } = await aConversation(slow);
    const sending = core.send(roomId, alice, 'hello');
    await scheduler.advance(1_000);
    expect(heard(b)).toEqual([]);
    commit?.();
    await sending;
    expect(heard(b)).toEqual(['hello']);
  });
});

describe('the message limit', () => {
  const limited = () => aConversation({ limit: FIVE_IN_TEN_SECONDS });

  it('lets five pass in a window, and five more after it', async () => {
    const { core, alice, roomId, scheduler } = await limited();
    for (let count = 0; count < 5; count += 1) await core.send(roomId, alice);
    await scheduler.advance(4_000);
    await expect(core.send(roomId, alice)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 6_000 });
    await scheduler.advance(6_000);
    for (let count = 0; count < 5; count += 1) await core.send(roomId, alice);
    await expect(core.send(roomId, alice)).rejects.toEqual(refusal('RATE_LIMITED'));
  });

  it('is not extended by what it refuses', async () => {
    const { core, alice, roomId, scheduler } = await limited();
    for (let count = 0; count < 5; count += 1) await core.send(roomId, alice);
    for (let elapsedMs = 0; elapsedMs < 10_000; elapsedMs += 500) {
      await expect(core.send(roomId, alice)).rejects.toEqual(refusal('RATE_LIMITED'));
      await scheduler.advance(500);
    }
    await core.send(roomId, alice);
  });

  it('counts neither invalid messages nor those of who is no member', async () => {
    const { core, alice, roomId } = await limited();
    const outsider = await core.aPerson();
    for (let count = 0; count < 10; count += 1) {
      await expect(core.send(roomId, alice, ' ')).rejects.toEqual(refusal('VALIDATION_FAILED'));
      await expect(core.send(roomId, outsider)).rejects.toEqual(refusal('NOT_A_MEMBER'));
    }
    for (let count = 0; count < 5; count += 1) await core.send(roomId, alice);
  });

  it('gives a turn back for a repeat, and for a message that was not stored', async () => {
    let broken = false;
    const { core, alice, roomId } = await aConversation({
      limit: FIVE_IN_TEN_SECONDS,
      ...withAppend(async (log, draft) => (broken ? Promise.reject(new Error('disk full')) : log.append(draft))),
    });
    await core.send(roomId, alice, 'first', 'one');
    for (let count = 0; count < 10; count += 1) await core.send(roomId, alice, 'first', 'one');
    broken = true;
    for (let count = 0; count < 10; count += 1) await expect(core.send(roomId, alice)).rejects.toThrow('disk full');
    broken = false;
    for (let count = 0; count < 4; count += 1) await core.send(roomId, alice);
    await expect(core.send(roomId, alice)).rejects.toEqual(refusal('RATE_LIMITED'));
  });

  it('answers the repeat of a stored message with the original, whatever it says', async () => {
    const { core, alice, roomId } = await limited();
    const first = await core.send(roomId, alice, 'first', 'one');
    for (let count = 0; count < 4; count += 1) await core.send(roomId, alice);
    await expect(core.send(roomId, alice, 'new', 'two')).rejects.toEqual(refusal('RATE_LIMITED'));
    expect(await core.send(roomId, alice, 'first', 'one')).toEqual({ entry: first.entry, deduplicated: true });
  });

  it('is one for each user and room', async () => {
    const { core, alice, bob, roomId } = await limited();
    const otherRoomId = await core.aRoomOf(alice, bob);
    for (const [room, person] of [
      [roomId, alice],
      [roomId, bob],
      [otherRoomId, alice],
      [otherRoomId, bob],
    ] as const) {
      for (let count = 0; count < 5; count += 1) await core.send(room, person);
      await expect(core.send(room, person)).rejects.toEqual(refusal('RATE_LIMITED'));
    }
  });
});
