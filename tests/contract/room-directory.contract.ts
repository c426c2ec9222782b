import { describe, expect, it } from 'vitest';
import { aMember, aMessageDraft, aUserId } from '../support/builders.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { recountCases } from './room-directory-recount.cases.ts';
import { storedChange, storedMember, storedMessage, storedRoom, storedUser } from './seed.ts';

export function roomDirectoryContract(adapter: string, open: OpenPersistence): void {
  describe(`RoomDirectory contract: ${adapter}`, () => {
    const current = usePersistence(open);
    summaries(current);
    counts(current);
    order(current);
    recountCases(current);
  });
}

function summaries(current: CurrentPersistence): void {
  it('describes a room as one of its members sees it', async () => {
    const room = await storedRoom(current(), { isPrivate: true, name: 'Caf\u00e9 \\ \u{1f469}\u200d\u{1f373}' });
    const me = await storedMember(current(), { roomId: room.id, role: 'admin', deliveredSeq: 2, readSeq: 1 });
    const other = await storedMember(current(), { roomId: room.id, role: 'owner' });
    await storedChange(current(), { roomId: room.id, senderId: me.userId });
    await storedMessage(current(), { roomId: room.id, senderId: me.userId });
    const lastMessage = await storedMessage(current(), { roomId: room.id, senderId: other.userId });
    await storedChange(current(), { roomId: room.id, senderId: other.userId });
    expect(await current().directory.summariesOf(me.userId)).toEqual([
      { room, role: 'admin', deliveredSeq: 2, readSeq: 1, memberCount: 2, headSeq: 4, unreadCount: 1, lastMessage },
    ]);
  });

  it('describes a room without messages, and one without entries', async () => {
    const { id: userId } = await storedUser(current());
    const [empty, quiet] = [await storedRoom(current()), await storedRoom(current())];
    for (const room of [empty, quiet]) await storedMember(current(), { roomId: room.id, userId });
    await storedChange(current(), { roomId: quiet.id, senderId: userId });
    const common = { role: 'member', deliveredSeq: 0, readSeq: 0, memberCount: 1, unreadCount: 0, lastMessage: null };
    expect(await current().directory.summariesOf(userId)).toEqual([
      { ...common, room: quiet, headSeq: 1 },
      { ...common, room: empty, headSeq: 0 },
    ]);
  });

  it('lists only the rooms that the user is in now', async () => {
    const { id: userId } = await storedUser(current());
    const [left, stays] = [await storedMember(current(), { userId }), await storedMember(current(), { userId })];
    await storedRoom(current(), { createdBy: userId });
    await current().members.remove(left.roomId, userId);
    const found = await current().directory.summariesOf(userId);
    expect(found.map(({ room }) => room.id)).toEqual([stays.roomId]);
    expect(await current().directory.summariesOf(aUserId())).toEqual([]);
  });
}

function counts(current: CurrentPersistence): void {
  it('counts as unread what others said above the read watermark, and nothing else', async () => {
    const { roomId, userId } = await storedMember(current());
    const other = await storedMember(current(), { roomId });
    const unread = async (of: typeof userId) => (await current().directory.summariesOf(of))[0]?.unreadCount;
    const by = async (senderId: typeof userId, count: number) => {
      for (let sent = 0; sent < count; sent += 1) await storedMessage(current(), { roomId, senderId });
    };
    await by(other.userId, 3);
    await storedChange(current(), { roomId, senderId: other.userId });
    await by(userId, 2);
    await by(other.userId, 1);
    expect([await unread(userId), await unread(other.userId)]).toEqual([4, 2]);
    const read = (readSeq: number) => current().receipts.advance({ roomId, userId, deliveredSeq: 0, readSeq });
    await current().receipts.advance({ roomId, userId, deliveredSeq: 7, readSeq: 0 });
    expect(await unread(userId)).toBe(4);
    await read(2);
    expect(await unread(userId)).toBe(2);
    await read(6);
    expect(await unread(userId)).toBe(1);
    await read(7);
    expect([await unread(userId), await unread(other.userId)]).toEqual([0, 2]);
  });

  it('counts a repeated message once', async () => {
    const { roomId, userId } = await storedMember(current());
    const { userId: senderId } = await storedMember(current(), { roomId });
    const draft = aMessageDraft({ roomId, senderId });
    for (let sent = 0; sent < 3; sent += 1) await current().log.append(draft);
    expect(await current().directory.summariesOf(userId)).toMatchObject([{ unreadCount: 1, headSeq: 1 }]);
  });

  it('counts the members of each room apart', async () => {
    const { id: userId } = await storedUser(current());
    const [one, two] = [await storedMember(current(), { userId }), await storedMember(current(), { userId })];
    for (let count = 0; count < 3; count += 1) await storedMember(current(), { roomId: two.roomId });
    const gone = await storedMember(current(), { roomId: one.roomId });
    await current().members.remove(one.roomId, gone.userId);
    const found = await current().directory.summariesOf(userId);
    const countOf = new Map(found.map(({ room, memberCount }) => [room.id, memberCount]));
    expect([countOf.get(one.roomId), countOf.get(two.roomId)]).toEqual([1, 4]);
  });
}

function order(current: CurrentPersistence): void {
  it('puts the room with the latest message first; one without a message stands where it was created', async () => {
    const { id: userId } = await storedUser(current());
    const rooms = [];
    for (let count = 0; count < 4; count += 1) {
      const room = await storedRoom(current(), { createdBy: userId });
      await current().members.insert(aMember({ roomId: room.id, userId }));
      rooms.push(room.id);
    }
    const [a, b, c, d] = rooms;
    const ids = async () => (await current().directory.summariesOf(userId)).map(({ room }) => room.id);
    expect(await ids()).toEqual([d, c, b, a]);
    await storedMessage(current(), { roomId: a!, senderId: userId });
    await storedMessage(current(), { roomId: c!, senderId: userId });
    expect(await ids()).toEqual([c, a, d, b]);
    // A change is not a message.
    await storedChange(current(), { roomId: b!, senderId: userId });
    expect(await ids()).toEqual([c, a, d, b]);
    await storedMessage(current(), { roomId: b!, senderId: userId });
    expect(await ids()).toEqual([b, c, a, d]);
    const late = await storedRoom(current(), { createdBy: userId });
    await current().members.insert(aMember({ roomId: late.id, userId }));
    expect(await ids()).toEqual([late.id, b, c, a, d]);
  });
}
