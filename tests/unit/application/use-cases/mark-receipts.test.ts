import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MarkRead } from '../../../../src/application/use-cases/mark-read.ts';
import { MarkUnread } from '../../../../src/application/use-cases/mark-unread.ts';
import { aMessageId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

/** Alice has sent `messages` messages; Bob reads. Seqs: 1 created, 2 and 3 joined, the messages from 4 on. */
async function aReader(messages = 5) {
  const core = createCore();
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const roomId = await core.aRoomOf(alice, bob);
  const eye = await core.connect(alice);
  for (let count = 0; count < messages; count += 1) await core.send(roomId, alice, `message ${count}`);
  const { log, receipts, directory } = core.persistence;
  const mark = (marks: { deliveredSeq?: number; readSeq?: number }, userId = bob.id) =>
    core.markReceipts.execute({ roomId, userId, ...marks });
  const heard = () =>
    core.live
      .heard(eye)
      .flatMap((item) => (item.event === 'receipt' ? [`${item.change.kind} ${item.change.seq}`] : []));
  const markRead = new MarkRead({ log, access: core.access, markReceipts: core.markReceipts });
  const markUnread = new MarkUnread({ receipts, access: core.access });
  const unread = async () => (await directory.summariesOf(bob.id))[0]?.unreadCount;
  return { ...core, core, alice, bob, roomId, eye, mark, heard, markRead, markUnread, unread };
}

describe('marking receipts', () => {
  it('raises the watermarks and tells the room with the entry that they stand at', async () => {
    const { mark, heard, live, eye, roomId, bob, persistence, clock } = await aReader();
    expect(await mark({ deliveredSeq: 6 })).toEqual({ roomId, deliveredSeq: 6, readSeq: 3 });
    expect(await mark({ readSeq: 5 })).toEqual({ roomId, deliveredSeq: 6, readSeq: 5 });
    expect(heard()).toEqual(['delivered 6', 'read 5']);
    const entry = await persistence.log.at(roomId, 5);
    const told = live.heard(eye).flatMap((item) => (item.event === 'receipt' ? [item.change] : []));
    expect(told[1]).toEqual({
      kind: 'read',
      roomId,
      userId: bob.id,
      seq: 5,
      messageId: entry?.id,
      atMs: clock.nowMs(),
    });
  });

  it('never moves them back, and says nothing about what did not move', async () => {
    const { mark, heard, roomId } = await aReader();
    await mark({ readSeq: 7 });
    expect(await mark({ readSeq: 4, deliveredSeq: 2 })).toEqual({ roomId, deliveredSeq: 7, readSeq: 7 });
    expect(await mark({ readSeq: 7 })).toEqual({ roomId, deliveredSeq: 7, readSeq: 7 });
    expect(await mark({})).toEqual({ roomId, deliveredSeq: 7, readSeq: 7 });
    expect(heard()).toEqual(['read 7']);
  });

  it('stops at the head, however far a client says it is', async () => {
    const { mark, heard, roomId } = await aReader();
    expect(await mark({ readSeq: Number.MAX_SAFE_INTEGER })).toEqual({ roomId, deliveredSeq: 8, readSeq: 8 });
    expect(heard()).toEqual(['read 8']);
  });

  it('does not trust a head that it heard of late: what is stored counts', async () => {
    const { mark, alice, roomId, persistence } = await aReader();
    const { entry } = await persistence.log.append({
      ...{ id: aMessageId(), roomId, senderId: alice.id, content: 'by another node', clientMessageId: null },
      createdAtMs: 0,
    });
    expect(await mark({ readSeq: entry.seq })).toMatchObject({ readSeq: entry.seq });
  });

  it('refuses who is no member, or no longer one', async () => {
    const { core, mark, bob, roomId, leaveRoom } = await aReader();
    const outsider = await core.aPerson();
    await expect(mark({ readSeq: 4 }, outsider.id)).rejects.toEqual(refusal('NOT_A_MEMBER'));
    await mark({ readSeq: 4 });
    await leaveRoom.execute({ roomId, userId: bob.id });
    await expect(mark({ readSeq: 5 })).rejects.toEqual(refusal('NOT_A_MEMBER'));
  });

  it('believes the store more than what it remembers of a membership', async () => {
    const { mark, bob, roomId, persistence, core } = await aReader();
    await mark({ readSeq: 4 });
    // As another node would end it: nobody here hears of it.
    await persistence.members.remove(roomId, bob.id);
    await expect(mark({ readSeq: 5 })).rejects.toEqual(refusal('NOT_A_MEMBER'));
    await expect(core.send(roomId, bob)).rejects.toEqual(refusal('NOT_A_MEMBER'));
  });

  it('ends at the maximum of any reports in any order, read never beyond delivered, each told once', async () => {
    const report = fc.record({
      deliveredSeq: fc.integer({ min: 0, max: 12 }),
      readSeq: fc.integer({ min: 0, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(report, { maxLength: 12 }), async (reports) => {
        const { mark, heard } = await aReader();
        const answers = await Promise.all(reports.map((marks) => mark(marks)));
        const readSeq = Math.max(3, ...reports.map((marks) => Math.min(8, marks.readSeq)));
        const deliveredSeq = Math.max(3, readSeq, ...reports.map((marks) => Math.min(8, marks.deliveredSeq)));
        expect(await mark({})).toMatchObject({ readSeq, deliveredSeq });
        for (const answer of answers) expect(answer.readSeq).toBeLessThanOrEqual(answer.deliveredSeq);
        const seqs = heard().flatMap((told) => (told.startsWith('read') ? [Number(told.split(' ')[1])] : []));
        expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other));
      }),
      { numRuns: 200 },
    );
  });
});

describe('marking a message as read', () => {
  it('is the same by its id and by its place', async () => {
    const { markRead, bob, roomId, persistence } = await aReader();
    const entry = await persistence.log.at(roomId, 5);
    expect(await markRead.execute({ userId: bob.id, messageId: entry?.id ?? aMessageId() })).toEqual({
      roomId,
      deliveredSeq: 5,
      readSeq: 5,
    });
    expect(await markRead.execute({ userId: bob.id, roomId, seq: 6 })).toEqual({ roomId, deliveredSeq: 6, readSeq: 6 });
  });

  it('does not tell an outsider which ids are real', async () => {
    const { core, markRead, roomId, persistence } = await aReader();
    const outsider = await core.aPerson();
    const real = (await persistence.log.at(roomId, 5))?.id ?? aMessageId();
    const refused = async (messageId: typeof real) =>
      markRead.execute({ userId: outsider.id, messageId }).catch((error: Error & { code?: string }) => ({
        code: error.code,
        message: error.message,
      }));
    expect(await refused(real)).toEqual(await refused(aMessageId()));
    expect(await refused(real)).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  });
});

describe('marking as unread', () => {
  it('counts messages again for the member alone, until they are read again', async () => {
    const { mark, markUnread, unread, bob, roomId, heard } = await aReader();
    await mark({ readSeq: 8 });
    expect(await unread()).toBe(0);
    await markUnread.execute({ roomId, userId: bob.id, fromSeq: 6 });
    expect(await unread()).toBe(3);
    expect(await mark({})).toMatchObject({ readSeq: 8 });
    expect(heard()).toEqual(['read 8']);
    await mark({ readSeq: 8 });
    expect(await unread()).toBe(0);
  });

  it('can be taken back, and is refused to who is no member', async () => {
    const { core, mark, markUnread, unread, bob, roomId } = await aReader();
    await mark({ readSeq: 8 });
    await markUnread.execute({ roomId, userId: bob.id, fromSeq: 6 });
    await markUnread.execute({ roomId, userId: bob.id, fromSeq: null });
    expect(await unread()).toBe(0);
    const outsider = await core.aPerson();
    await expect(markUnread.execute({ roomId, userId: outsider.id, fromSeq: 1 })).rejects.toEqual(
      refusal('NOT_A_MEMBER'),
    );
  });
});
