import { beforeEach, describe, expect, it } from 'vitest';
import { InMemoryHub } from '../../../../src/adapters/outbound/memory/in-memory-room-bus.ts';
import { GATHER_MS, OFFLINE_GRACE_MS } from '../../../../src/application/live/presence-announcer.ts';
import { TYPING_TTL_MS } from '../../../../src/application/live/typing-board.ts';
import { SESSION_CHECK_MS } from '../../../../src/application/live/session-watch.ts';
import type { RoomId } from '../../../../src/domain/room/room.ts';
import type { User } from '../../../../src/domain/user/user.ts';
import { aSession } from '../../../support/builders.ts';
import { createCore, refusal, type Core } from '../../../support/harness/core.ts';

/** The bus carries at the end of the turn. */
const carried = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

describe('two nodes that share a bus and a database', () => {
  let [a, b]: Core[] = [];
  let [ann, bob]: User[] = [];
  let roomId: RoomId;
  let [onA, onB]: string[] = [];

  beforeEach(async () => {
    const hub = new InMemoryHub();
    a = createCore({ hub });
    const { persistence } = a;
    b = createCore({ name: 'b', hub, adapt: () => ({ persistence }) });
    [ann, bob] = [await a.aPerson(), await a.aPerson()];
    roomId = await a.aRoomOf(ann, bob);
    [onA, onB] = [await a.connect(ann), await b.connect(bob)];
    await carried();
  });
  const parts = () =>
    ({ a, b, ann, bob, onA, onB }) as { a: Core; b: Core; ann: User; bob: User; onA: string; onB: string };
  const contents = (core: Core, connectionId: string) =>
    core.entries(connectionId, roomId).map((entry) => (entry.type === 'message' ? entry.content : entry.type));

  it('tell each other what they commit, without a look into the database', async () => {
    const { a, b, ann, bob, onA, onB } = parts();
    await a.send(roomId, ann, 'from a');
    await carried();
    await b.send(roomId, bob, 'from b');
    await carried();
    expect([contents(a, onA), contents(b, onB)]).toEqual([
      ['from a', 'from b'],
      ['from a', 'from b'],
    ]);
  });

  it('serve their own sockets before the bus has carried anything', async () => {
    const { a, ann, onA } = parts();
    await a.send(roomId, ann, 'at once');
    expect(contents(a, onA)).toEqual(['at once']);
  });

  it('tell receipts and typing, and do not tell them back', async () => {
    const { a, b, ann, onA, onB } = parts();
    const { entry } = await a.send(roomId, ann);
    await a.markReceipts.execute({ roomId, userId: ann.id, readSeq: entry.seq });
    a.typing.started(roomId, ann.id, onA);
    await carried();
    await carried();
    const events = (core: Core, connectionId: string) =>
      core.live.heard(connectionId).flatMap(({ event }) => (event === 'entry' || event === 'presence' ? [] : [event]));
    expect(events(b, onB)).toEqual(['receipt', 'typing']);
    expect(events(a, onA)).toEqual(['receipt']);
  });

  it('end the typing of somebody whose node has died', async () => {
    const { a, b, ann, onA, onB } = parts();
    a.typing.started(roomId, ann.id, onA);
    await carried();
    await b.scheduler.advance(TYPING_TTL_MS);
    const told = b.live.heard(onB).flatMap((item) => (item.event === 'typing' ? [item.change.isTyping] : []));
    expect(told).toEqual([true, false]);
  });

  it('tell each socket once who came and went, however many rooms it shares', async () => {
    const { a, b, ann, bob, onA, onB } = parts();
    await a.aRoomOf(ann, bob);
    await a.scheduler.advance(GATHER_MS);
    await b.scheduler.advance(GATHER_MS);
    await carried();
    await b.scheduler.advance(50);
    const before = b.live.heard(onB).length;
    await a.disconnect(ann, onA);
    await a.scheduler.advance(OFFLINE_GRACE_MS + GATHER_MS);
    await carried();
    await b.scheduler.advance(50);
    const told = b.live
      .heard(onB)
      .slice(before)
      .filter(({ event }) => event === 'presence');
    expect(told).toMatchObject([{ change: { userId: ann.id, online: false } }]);
  });

  it('believe no membership that the log has ended', async () => {
    const { a, b, bob, onB, ann } = parts();
    await b.send(roomId, bob, 'a member');
    await a.leaveRoom.execute({ roomId, userId: bob.id });
    await carried();
    await expect(b.send(roomId, bob, 'a member no more')).rejects.toEqual(refusal('NOT_A_MEMBER'));
    await a.send(roomId, ann, 'not for bob');
    await carried();
    expect(contents(b, onB)).toEqual(['a member', 'member_left']);
  });

  it('heed at once what moderators decide on the other one', async () => {
    const { a, b, ann, bob } = parts();
    const act = { roomId, actorId: ann.id, userId: bob.id };
    await b.send(roomId, bob, 'free to speak');
    await a.muteMember.execute(act);
    await carried();
    await expect(b.send(roomId, bob, 'muted')).rejects.toEqual(refusal('MUTED'));
    await a.liftSanction.execute({ ...act, kind: 'mute' });
    await carried();
    await b.send(roomId, bob, 'free again');
    await a.updateRoom.execute({ ...act, readOnly: true });
    await carried();
    await expect(b.send(roomId, bob, 'read-only')).rejects.toEqual(refusal('FORBIDDEN'));
    await a.changeRole.execute({ ...act, role: 'admin' });
    await carried();
    await b.send(roomId, bob, 'an admin');
  });

  it.each(['told', 'found'])(
    'let somebody who joins by one into the room on the other, from the joining on: %s',
    async (how) => {
      const { a, b, ann, bob, onB } = parts();
      const cut = how === 'found' ? createCore({ name: 'cut off', adapt: () => ({ persistence: a.persistence }) }) : a;
      const other = await cut.aRoomOf(ann);
      await cut.joinRoom.execute({ userId: bob.id, roomId: other });
      await cut.send(other, ann, 'welcome');
      if (how === 'found') await b.newcomers.check();
      await carried();
      await carried();
      const types = b.entries(onB, other).map(({ type }) => type);
      expect(types).toEqual(['member_joined', 'message']);
      await cut.send(other, ann, 'on it goes');
      if (how === 'found') await b.feed.check([other]);
      await carried();
      expect(b.entries(onB, other)).toHaveLength(3);
    },
  );

  it('let somebody in where others of the room are already, and nobody who has left again', async () => {
    const { a, b, bob, onB } = parts();
    const [carl, cut] = [
      await a.aPerson(),
      createCore({ name: 'cut off', adapt: () => ({ persistence: a.persistence }) }),
    ];
    const other = await cut.aRoomOf(carl, bob);
    const left = await cut.aRoomOf(carl, bob);
    await cut.leaveRoom.execute({ userId: bob.id, roomId: left });
    // From here on b follows both rooms, from behind the joining.
    await b.connect(carl);
    await b.newcomers.check();
    b.newcomers.joined({ roomId: left, userId: bob.id, seq: 4 });
    await carried();
    for (const roomId of [other, left]) await b.send(roomId, carl, 'hello');
    expect(b.entries(onB, other)).toHaveLength(1);
    expect(b.entries(onB, left)).toEqual([]);
  });

  it('look at once for what they missed before the bus followed a room', async () => {
    const { a, b, ann, onB } = parts();
    await a.persistence.log.append({
      id: a.ids.uuid() as never,
      roomId,
      senderId: ann.id,
      content: 'told to nobody',
      clientMessageId: null,
      createdAtMs: a.clock.nowMs(),
    });
    await b.feed.check([roomId]);
    await carried();
    expect(contents(b, onB)).toEqual(['told to nobody']);
  });

  it('find a session that ended elsewhere, told or not', async () => {
    const { a, b, bob } = parts();
    const [told, found, kept] = [
      aSession({ userId: bob.id }),
      aSession({ userId: bob.id }),
      aSession({ userId: bob.id }),
    ];
    for (const session of [told, found, kept]) await a.persistence.sessions.insert({ ...session, expiresAtMs: 9e14 });
    const devices = await Promise.all([told, found, kept].map(({ id }) => b.connect(bob, id)));
    const connected = () => devices.map((id) => b.live.isConnected(id));
    a.broadcaster.endSession(told.id);
    await carried();
    expect(connected()).toEqual([false, true, true]);
    await a.persistence.sessions.end(found.id, a.clock.nowMs());
    b.sessionWatch.start();
    await b.scheduler.advance(SESSION_CHECK_MS);
    expect(connected()).toEqual([false, false, true]);
  });
});
