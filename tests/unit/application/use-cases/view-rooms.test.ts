import { describe, expect, it } from 'vitest';
import { ListMembers } from '../../../../src/application/use-cases/list-members.ts';
import { ListReceipts } from '../../../../src/application/use-cases/list-receipts.ts';
import { ListMyRooms, ListPublicRooms } from '../../../../src/application/use-cases/list-rooms.ts';
import { SNAPSHOT_MEMBERS_MAX } from '../../../../src/application/use-cases/view-room.ts';
import { ViewUser } from '../../../../src/application/use-cases/view-user.ts';
import type { UserId } from '../../../../src/domain/user/user.ts';
import { aMessageId, aRoomId, aUserId } from '../../../support/builders.ts';
import { createCore, refusal } from '../../../support/harness/core.ts';

async function aRoom() {
  const core = createCore();
  const [alice, bob] = [await core.aPerson(), await core.aPerson()];
  const roomId = await core.aRoomOf(alice, bob);
  const { users, members, log, rooms, directory } = core.persistence;
  return {
    ...core,
    ...{ core, alice, bob, roomId },
    listMembers: new ListMembers({ ...core, members, users }),
    listReceipts: new ListReceipts({ ...core, log, members }),
    listPublicRooms: new ListPublicRooms({ rooms }),
    listMyRooms: new ListMyRooms({ directory }),
    viewUser: new ViewUser({ ...core, users, members }),
    view: (userId: UserId) => core.viewRoom.execute({ roomId, userId }),
  };
}

const byId = (one: { userId: string }, other: { userId: string }) => (one.userId < other.userId ? -1 : 1);

describe('a snapshot of a room', () => {
  it('holds the room, its place in the log and its members with presence and watermarks', async () => {
    const { core, alice, bob, view, markReceipts, roomId } = await aRoom();
    await core.connect(bob);
    const { entry } = await core.send(roomId, alice);
    await markReceipts.execute({ roomId, userId: bob.id, readSeq: entry.seq });
    const snapshot = await view(alice.id);
    expect(snapshot).toMatchObject({
      room: { id: roomId },
      role: 'owner',
      memberCount: 2,
      headSeq: 4,
      membersComplete: true,
    });
    expect(snapshot.members).toMatchObject(
      [
        { userId: alice.id, username: alice.username, role: 'owner', online: false, readSeq: 2 },
        { userId: bob.id, username: bob.username, role: 'member', online: true, readSeq: 4, deliveredSeq: 4 },
      ].sort(byId),
    );
    expect((await view(bob.id)).role).toBe('member');
  });

  it('says when it does not name everybody; the rest is paged', async () => {
    const { core, alice, view, listMembers, roomId } = await aRoom();
    for (let count = 2; count <= SNAPSHOT_MEMBERS_MAX; count += 1) {
      await core.joinRoom.execute({ roomId, userId: (await core.aPerson()).id });
    }
    const snapshot = await view(alice.id);
    expect(snapshot).toMatchObject({ memberCount: SNAPSHOT_MEMBERS_MAX + 1, membersComplete: false });
    expect(snapshot.members).toHaveLength(SNAPSHOT_MEMBERS_MAX);
    const afterUserId = snapshot.members.at(-1)?.userId;
    const rest = await listMembers.execute({ roomId, userId: alice.id, afterUserId, limit: 10 });
    expect(rest).toMatchObject({ members: [{}], hasMore: false });
  });

  it('is for members', async () => {
    const { core, alice, view, viewRoom } = await aRoom();
    const outsider = await core.aPerson();
    await expect(view(outsider.id)).rejects.toEqual(refusal('NOT_A_MEMBER'));
    const hidden = await core.createRoom.execute({ userId: alice.id, name: 'hidden', isPrivate: true });
    for (const roomId of [hidden.id, aRoomId()]) {
      await expect(viewRoom.execute({ roomId, userId: outsider.id })).rejects.toEqual(refusal('ROOM_NOT_FOUND'));
    }
  });
});

describe('the members of a room', () => {
  it('come in pages without a gap or a repeat', async () => {
    const { core, alice, listMembers, roomId } = await aRoom();
    for (let count = 0; count < 5; count += 1) {
      await core.joinRoom.execute({ roomId, userId: (await core.aPerson()).id });
    }
    const found: string[] = [];
    for (let afterUserId: UserId | undefined, more = true; more;) {
      const { members, hasMore } = await listMembers.execute({ roomId, userId: alice.id, afterUserId, limit: 3 });
      found.push(...members.map(({ userId }) => userId));
      afterUserId = members.at(-1)?.userId;
      more = hasMore;
    }
    expect(found).toHaveLength(7);
    expect(found).toEqual([...new Set(found)].sort());
  });
});

describe('who has a message', () => {
  it('is told of those who were there when it was sent, without the sender', async () => {
    const { core, alice, bob, listReceipts, markReceipts, roomId, scheduler } = await aRoom();
    const early = await core.aPerson();
    await core.joinRoom.execute({ roomId, userId: early.id });
    await scheduler.advance(1);
    const { entry } = await core.send(roomId, alice);
    await scheduler.advance(1);
    const late = await core.aPerson();
    await core.joinRoom.execute({ roomId, userId: late.id });
    await markReceipts.execute({ roomId, userId: bob.id, readSeq: entry.seq });
    await markReceipts.execute({ roomId, userId: early.id, deliveredSeq: entry.seq });
    const ask = { roomId, userId: alice.id, messageId: entry.id, limit: 10 };
    expect(await listReceipts.execute(ask)).toEqual({
      messageId: entry.id,
      seq: entry.seq,
      receipts: [
        { userId: bob.id, delivered: true, read: true },
        { userId: early.id, delivered: true, read: false },
      ].sort(byId),
      nextAfterUserId: null,
    });
  });

  it('is for members, about messages of the room only', async () => {
    const { core, alice, bob, listReceipts, roomId, persistence } = await aRoom();
    const otherRoomId = await core.aRoomOf(alice, bob);
    const elsewhere = await core.send(otherRoomId, alice);
    const joined = await persistence.log.at(roomId, 3);
    const ask = (messageId: typeof elsewhere.entry.id, userId = alice.id) =>
      listReceipts.execute({ roomId, userId, messageId, limit: 10 });
    for (const messageId of [elsewhere.entry.id, joined?.id ?? aMessageId(), aMessageId()]) {
      await expect(ask(messageId)).rejects.toEqual(refusal('MESSAGE_NOT_FOUND'));
    }
    const outsider = await core.aPerson();
    await expect(ask(elsewhere.entry.id, outsider.id)).rejects.toEqual(refusal('NOT_A_MEMBER'));
  });
});

describe('lists of rooms', () => {
  it('hold public rooms for everybody, newest first, in pages, and never private ones', async () => {
    const { core, alice, listPublicRooms, roomId } = await aRoom();
    const made = [roomId];
    for (let count = 0; count < 4; count += 1) {
      await core.createRoom.execute({ userId: alice.id, name: `private ${count}`, isPrivate: true });
      made.unshift((await core.createRoom.execute({ userId: alice.id, name: `Public ${count}`, isPrivate: false })).id);
    }
    const first = await listPublicRooms.execute({ limit: 3 });
    const second = await listPublicRooms.execute({ limit: 3, afterId: first.rooms.at(-1)?.id });
    expect([first.hasMore, second.hasMore]).toEqual([true, false]);
    expect([...first.rooms, ...second.rooms].map(({ id }) => id)).toEqual(made);
    const found = await listPublicRooms.execute({ query: 'pUBLIC 2', limit: 3 });
    expect(found.rooms.map(({ name }) => name)).toEqual(['Public 2']);
  });

  it('hold the own rooms with the last message and what is unread', async () => {
    const { core, alice, bob, listMyRooms, roomId } = await aRoom();
    await core.send(roomId, alice, 'first');
    const { entry } = await core.send(roomId, alice, 'second');
    await core.send(roomId, bob, 'own');
    const [summary] = await listMyRooms.execute({ userId: bob.id });
    expect(summary).toMatchObject({ room: { id: roomId }, role: 'member', memberCount: 2, unreadCount: 2, headSeq: 6 });
    expect(summary?.lastMessage).toMatchObject({ content: 'own', seq: entry.seq + 1 });
    expect(await listMyRooms.execute({ userId: aUserId() })).toEqual([]);
  });
});

describe('the profile of a user', () => {
  it('is for the user and for those who share a room', async () => {
    const { core, alice, bob, viewUser, leaveRoom, roomId } = await aRoom();
    const outsider = await core.aPerson();
    await core.connect(bob);
    const see = (callerId: UserId, userId: UserId) => viewUser.execute({ callerId, userId });
    expect(await see(alice.id, bob.id)).toMatchObject({ user: { id: bob.id }, online: true });
    expect(await see(outsider.id, outsider.id)).toMatchObject({ user: { id: outsider.id }, online: false });
    for (const userId of [bob.id, aUserId()]) {
      await expect(see(outsider.id, userId)).rejects.toEqual(refusal('USER_NOT_FOUND'));
    }
    await leaveRoom.execute({ roomId, userId: bob.id });
    await expect(see(alice.id, bob.id)).rejects.toEqual(refusal('USER_NOT_FOUND'));
  });
});
