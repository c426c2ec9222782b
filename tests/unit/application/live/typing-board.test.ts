import { describe, expect, it } from 'vitest';
import { TYPING_TTL_MS } from '../../../../src/application/live/typing-board.ts';
import { createCore } from '../../../support/harness/core.ts';

/** Two members in a room; the one is watched by a device of the other. */
async function aTypist() {
  const core = createCore();
  const [typist, watcher] = [await core.aPerson(), await core.aPerson()];
  const roomId = await core.aRoomOf(watcher, typist);
  const [phone, desk, eye] = [await core.connect(typist), await core.connect(typist), await core.connect(watcher)];
  const heardBy = (connectionId: string) =>
    core.live.heard(connectionId).flatMap((item) => (item.event === 'typing' ? [item.change.isTyping] : []));
  return { ...core, core, typist, watcher, roomId, phone, desk, eye, heard: () => heardBy(eye), heardBy };
}

describe('the typing board', () => {
  it('tells the others that somebody began and stopped, and not the typist', async () => {
    const { typing, roomId, typist, phone, desk, heard, heardBy } = await aTypist();
    typing.started(roomId, typist.id, phone);
    typing.stopped(roomId, typist.id);
    expect(heard()).toEqual([true, false]);
    expect([...heardBy(phone), ...heardBy(desk)]).toEqual([]);
  });

  it('says nothing about the stop of somebody who did not begin', async () => {
    const { typing, roomId, typist, phone, heard } = await aTypist();
    typing.stopped(roomId, typist.id);
    typing.started(roomId, typist.id, phone);
    typing.stopped(roomId, typist.id);
    typing.stopped(roomId, typist.id);
    expect(heard()).toEqual([true, false]);
  });

  it('ends by itself after the last refresh', async () => {
    const { typing, roomId, typist, phone, heard, scheduler } = await aTypist();
    typing.started(roomId, typist.id, phone);
    await scheduler.advance(TYPING_TTL_MS - 1);
    typing.started(roomId, typist.id, phone);
    await scheduler.advance(TYPING_TTL_MS - 1);
    expect(heard().filter((isTyping) => !isTyping)).toEqual([]);
    await scheduler.advance(1);
    expect(heard().at(-1)).toBe(false);
    await scheduler.advance(TYPING_TTL_MS * 3);
    expect(heard().filter((isTyping) => !isTyping)).toHaveLength(1);
  });

  it('repeats a refresh for those who came meanwhile, and not for every key', async () => {
    const { typing, roomId, typist, phone, heard, scheduler } = await aTypist();
    for (let elapsedMs = 0; elapsedMs < 4_000; elapsedMs += 100) {
      typing.started(roomId, typist.id, phone);
      await scheduler.advance(100);
    }
    expect(heard()).toEqual([true, true]);
  });

  it('ends with the device that typed last, and not with another one', async () => {
    const { typing, core, roomId, typist, phone, desk, heard } = await aTypist();
    typing.started(roomId, typist.id, phone);
    typing.started(roomId, typist.id, desk);
    await core.disconnect(typist, phone);
    expect(heard()).toEqual([true]);
    await core.disconnect(typist, desk);
    expect(heard()).toEqual([true, false]);
  });

  it('ends in every room where the device typed', async () => {
    const { typing, core, roomId, typist, watcher, phone, heard } = await aTypist();
    const otherRoomId = await core.aRoomOf(watcher, typist);
    typing.started(roomId, typist.id, phone);
    typing.started(otherRoomId, typist.id, phone);
    await core.disconnect(typist, phone);
    expect(heard()).toEqual([true, true, false, false]);
  });

  it('ends with a message, and with leaving the room', async () => {
    const { typing, core, roomId, typist, phone, heard, leaveRoom } = await aTypist();
    typing.started(roomId, typist.id, phone);
    await core.send(roomId, typist);
    expect(heard()).toEqual([true, false]);
    typing.started(roomId, typist.id, phone);
    await leaveRoom.execute({ roomId, userId: typist.id });
    expect(heard()).toEqual([true, false, true, false]);
  });

  it('goes on when a message is refused', async () => {
    const { typing, core, roomId, typist, phone, heard } = await aTypist();
    typing.started(roomId, typist.id, phone);
    await expect(core.send(roomId, typist, '  ')).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(heard()).toEqual([true]);
  });
});
