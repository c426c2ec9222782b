import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Persistence, RoomSummary } from '../../src/application/ports/index.ts';
import { isMessage } from '../../src/domain/room/room-entry.ts';
import type { RoomId } from '../../src/domain/room/room.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aMember } from '../support/builders.ts';
import type { CurrentPersistence } from './persistence-harness.ts';
import { logOf, storedChange, storedMessage, storedRoom, storedUser } from './seed.ts';

interface Action {
  readonly type: 'send' | 'change' | 'deliver' | 'read' | 'join' | 'leave';
  readonly room: number;
  readonly user: number;
  /** How far a receipt reaches, as a part of the log. */
  readonly reach: number;
}

const action: fc.Arbitrary<Action> = fc.record({
  type: fc.constantFrom('send', 'send', 'send', 'change', 'deliver', 'read', 'join', 'leave'),
  room: fc.nat(1),
  user: fc.nat(2),
  reach: fc.double({ min: 0, max: 1, noNaN: true }),
});

export function recountCases(current: CurrentPersistence): void {
  it('equals a recount of the log after any mix of actions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
        const persistence = current();
        const users = [await storedUser(persistence), await storedUser(persistence), await storedUser(persistence)];
        const rooms = [await storedRoom(persistence), await storedRoom(persistence)];
        for (const { id: roomId } of rooms) {
          for (const { id: userId } of users) await persistence.members.insert(aMember({ roomId, userId }));
        }
        for (const { type, room, user, reach } of actions) {
          await act(persistence, { type, reach, roomId: rooms[room]!.id, userId: users[user]!.id });
        }
        for (const { id } of users) {
          expect(await persistence.directory.summariesOf(id)).toEqual(await recount(persistence, id));
        }
      }),
      { numRuns: 12 },
    );
  });
}

interface Act extends Pick<Action, 'type' | 'reach'> {
  readonly roomId: RoomId;
  readonly userId: UserId;
}

async function act(persistence: Persistence, { type, reach, roomId, userId }: Act): Promise<unknown> {
  const { members, receipts, log } = persistence;
  const head = await log.head(roomId);
  const seq = Math.round(head * reach);
  switch (type) {
    case 'send':
      if ((await members.find(roomId, userId)) === null) return;
      return storedMessage(persistence, { roomId, senderId: userId });
    case 'change':
      return storedChange(persistence, { roomId, senderId: userId });
    case 'deliver':
      return receipts.advance({ roomId, userId, deliveredSeq: seq, readSeq: 0 });
    case 'read':
      return receipts.advance({ roomId, userId, deliveredSeq: 0, readSeq: seq });
    case 'join':
      return members.insert(aMember({ roomId, userId, deliveredSeq: head, readSeq: head }));
    case 'leave':
      return members.remove(roomId, userId);
  }
}

/** The same summaries, from the log and the members alone. */
async function recount(persistence: Persistence, userId: UserId): Promise<RoomSummary[]> {
  const summaries: RoomSummary[] = [];
  for (const roomId of await persistence.members.roomIdsOf(userId)) {
    const room = await persistence.rooms.byId(roomId);
    const member = await persistence.members.find(roomId, userId);
    if (!room || !member) throw new Error('A member of a room has a room and a membership.');
    const { role, deliveredSeq, readSeq } = member;
    expect(readSeq).toBeLessThanOrEqual(deliveredSeq);
    const entries = await logOf(persistence, roomId);
    const messages = entries.filter(isMessage);
    summaries.push({
      ...{ room, role, deliveredSeq, readSeq },
      memberCount: (await persistence.members.ofRoom({ roomId, limit: 100 })).length,
      headSeq: entries.length,
      unreadCount: messages.filter((message) => message.seq > readSeq && message.actorId !== userId).length,
      lastMessage: messages.at(-1) ?? null,
    });
  }
  const latestOf = ({ room, lastMessage }: RoomSummary) => (lastMessage ?? room).createdAtMs;
  return summaries.toSorted((a, b) => latestOf(b) - latestOf(a));
}
