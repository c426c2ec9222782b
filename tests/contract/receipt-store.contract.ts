import { describe, expect, it } from 'vitest';
import type { Watermarks } from '../../src/domain/room/member.ts';
import { aMember, aRoomId, aUserId } from '../support/builders.ts';
import { inParallel } from './concurrency.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedMember, storedMessage } from './seed.ts';

export function receiptStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`ReceiptStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    oneByOne(current);
    inRaces(current);
    membership(current);
    unreadMarks(current);
  });
}

const marks = (deliveredSeq: number, readSeq: number): Watermarks => ({ deliveredSeq, readSeq });

function oneByOne(current: CurrentPersistence): void {
  it.each([
    ['a delivery', marks(5, 0), marks(5, 2)],
    ['a reading', marks(4, 4), marks(4, 4)],
    ['a reading beyond what was delivered', marks(0, 6), marks(6, 6)],
    ['a reading below what was delivered', marks(0, 3), marks(3, 3)],
    ['both at once', marks(9, 7), marks(9, 7)],
    ['a late delivery', marks(1, 0), marks(3, 2)],
    ['a late reading', marks(0, 1), marks(3, 2)],
    ['a late reading with a new delivery', marks(8, 1), marks(8, 2)],
    ['a repeat', marks(3, 2), marks(3, 2)],
    ['nothing', marks(0, 0), marks(3, 2)],
    ['a very long log', marks(4_000_000_001, 4_000_000_000), marks(4_000_000_001, 4_000_000_000)],
  ])('after %s tells what was in force and what is now', async (_what, report, expected) => {
    const member = await storedMember(current(), { role: 'admin', ...marks(3, 2) });
    const { roomId, userId } = member;
    const bystander = await storedMember(current(), { roomId, ...marks(1, 1) });
    const elsewhere = await storedMember(current(), { userId, ...marks(1, 1) });
    const outcome = await current().receipts.advance({ roomId, userId, ...report });
    expect(outcome).toEqual({ before: marks(3, 2), now: expected });
    expect(await current().members.find(roomId, userId)).toEqual({ ...member, ...expected });
    for (const other of [bystander, elsewhere]) {
      expect(await current().members.find(other.roomId, other.userId)).toEqual(other);
    }
  });

  it('starts each report where the one before ended', async () => {
    const { roomId, userId } = await storedMember(current());
    const advance = (deliveredSeq: number, readSeq: number) =>
      current().receipts.advance({ roomId, userId, deliveredSeq, readSeq });
    expect(await advance(2, 0)).toEqual({ before: marks(0, 0), now: marks(2, 0) });
    expect(await advance(0, 5)).toEqual({ before: marks(2, 0), now: marks(5, 5) });
    expect(await advance(7, 3)).toEqual({ before: marks(5, 5), now: marks(7, 5) });
  });
}

function inRaces(current: CurrentPersistence): void {
  it('ends parallel reports of one member at the maximum; each is in force when it resolves', async () => {
    const { roomId, userId } = await storedMember(current());
    await inParallel(30, async (index) => {
      const report = marks(((index * 7) % 30) + 1, ((index * 11) % 25) + 1);
      const outcome = await current().receipts.advance({ roomId, userId, ...report });
      const stored = await current().members.find(roomId, userId);
      const { before, now } = outcome ?? { before: marks(-1, -1), now: marks(-1, -1) };
      expect(now.readSeq).toBeGreaterThanOrEqual(Math.max(report.readSeq, before.readSeq));
      expect(now.deliveredSeq).toBeGreaterThanOrEqual(Math.max(report.deliveredSeq, now.readSeq, before.deliveredSeq));
      expect(stored?.readSeq).toBeGreaterThanOrEqual(now.readSeq);
      expect(stored?.deliveredSeq).toBeGreaterThanOrEqual(now.deliveredSeq);
    });
    expect(await current().members.find(roomId, userId)).toMatchObject(marks(30, 25));
  });

  it('keeps parallel reports of different members apart, strangers included', async () => {
    const first = await storedMember(current());
    const { roomId } = first;
    const members = [first, ...(await inParallel(7, () => storedMember(current(), { roomId })))];
    const reports = members.map(({ userId }, index) => ({ roomId, userId, ...marks(20 + index, 10 + index) }));
    const stranger = { roomId, userId: aUserId(), ...marks(9, 9) };
    const elsewhere = { ...reports[0]!, roomId: aRoomId() };
    const outcomes = await Promise.all(
      [...reports, stranger, elsewhere].map((report) => current().receipts.advance(report)),
    );
    const expected = members.map((_, index) => ({ before: marks(0, 0), now: marks(20 + index, 10 + index) }));
    expect(outcomes).toEqual([...expected, null, null]);
    for (const [index, { userId }] of members.entries()) {
      expect(await current().members.find(roomId, userId)).toMatchObject(marks(20 + index, 10 + index));
    }
  });
}

function membership(current: CurrentPersistence): void {
  it('answers null for somebody who is no member, and makes nobody one', async () => {
    const { roomId, userId } = await storedMember(current());
    const other = await storedMember(current());
    const report = marks(1, 1);
    expect(await current().receipts.advance({ roomId, userId: other.userId, ...report })).toBeNull();
    expect(await current().receipts.advance({ roomId: aRoomId(), userId, ...report })).toBeNull();
    expect(await current().members.find(roomId, other.userId)).toBeNull();
  });

  it('forgets the watermarks of somebody who left', async () => {
    const { roomId, userId } = await storedMember(current());
    await current().receipts.advance({ roomId, userId, ...marks(9, 9) });
    await current().members.remove(roomId, userId);
    expect(await current().receipts.advance({ roomId, userId, ...marks(10, 10) })).toBeNull();
    await current().members.insert(aMember({ roomId, userId, ...marks(4, 4) }));
    expect(await current().receipts.advance({ roomId, userId, ...marks(5, 0) })).toEqual({
      before: marks(4, 4),
      now: marks(5, 4),
    });
  });
}

function unreadMarks(current: CurrentPersistence): void {
  const scene = async () => {
    const { roomId, userId } = await storedMember(current());
    const other = await storedMember(current(), { roomId });
    for (let sent = 0; sent < 5; sent += 1) await storedMessage(current(), { roomId, senderId: other.userId });
    await current().receipts.advance({ roomId, userId, deliveredSeq: 5, readSeq: 5 });
    const unread = async () => (await current().directory.summariesOf(userId))[0]?.unreadCount;
    return { roomId, userId, unread, other };
  };

  it('counts messages as unread again from a mark on, and leaves the watermarks alone', async () => {
    const { roomId, userId, unread, other } = await scene();
    expect(await current().receipts.markUnread(roomId, userId, 3)).toBe(true);
    expect(await current().receipts.markUnread(roomId, userId, 3)).toBe(true);
    expect(await unread()).toBe(3);
    expect(await current().members.find(roomId, userId)).toMatchObject(marks(5, 5));
    expect((await current().directory.summariesOf(other.userId))[0]?.unreadCount).toBe(0);
    expect(await current().receipts.markUnread(roomId, userId, null)).toBe(true);
    expect(await unread()).toBe(0);
  });

  it('forgets the mark when something at or above it was read, and not before', async () => {
    const { roomId, userId, unread } = await scene();
    await current().receipts.markUnread(roomId, userId, 4);
    await current().receipts.advance({ roomId, userId, deliveredSeq: 5, readSeq: 0 });
    await current().receipts.advance({ roomId, userId, deliveredSeq: 0, readSeq: 3 });
    expect(await unread()).toBe(2);
    await current().receipts.advance({ roomId, userId, deliveredSeq: 0, readSeq: 4 });
    expect(await unread()).toBe(0);
  });

  it('does not mark for somebody who is no member, and a mark ends with the membership', async () => {
    const { roomId, userId, unread } = await scene();
    expect(await current().receipts.markUnread(roomId, aUserId(), 1)).toBe(false);
    await current().receipts.markUnread(roomId, userId, 1);
    await current().members.remove(roomId, userId);
    await current().members.insert(aMember({ roomId, userId, deliveredSeq: 5, readSeq: 5 }));
    expect(await unread()).toBe(0);
  });
}
