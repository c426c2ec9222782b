import { describe, expect, it } from 'vitest';
import type { UserId } from '../../src/domain/user/user.ts';
import { aMember, aRoomId, aSanction, aTimeMs, aUserId } from '../support/builders.ts';
import { countTrue, inParallel } from './concurrency.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedMember, storedRoom, storedUser } from './seed.ts';

export function membershipStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`MembershipStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    joining(current);
    newcomers(current);
    leaving(current);
    paging(current);
    rooms(current);
    standings(current);
  });
}

function joining(current: CurrentPersistence): void {
  it('gives back every field as it was, for every role', async () => {
    for (const role of ['owner', 'admin', 'member'] as const) {
      const member = await storedMember(current(), {
        role,
        joinedAtMs: 1_700_000_000_001,
        deliveredSeq: 3_000_000_007,
        readSeq: 5,
      });
      expect(await current().members.find(member.roomId, member.userId)).toEqual(member);
    }
  });

  it('answers null for somebody who is not in the room', async () => {
    const { roomId, userId } = await storedMember(current());
    const other = await storedMember(current());
    expect(await current().members.find(roomId, other.userId)).toBeNull();
    expect(await current().members.find(other.roomId, userId)).toBeNull();
    expect(await current().members.find(aRoomId(), aUserId())).toBeNull();
  });

  it('changes nothing when somebody joins again', async () => {
    const member = await storedMember(current(), { role: 'owner', deliveredSeq: 7, readSeq: 6 });
    const again = aMember({ roomId: member.roomId, userId: member.userId });
    expect(await current().members.insert(again)).toBe(false);
    expect(await current().members.find(member.roomId, member.userId)).toEqual(member);
    expect(await current().members.countOfRoom(member.roomId)).toBe(1);
  });

  it('is true for exactly one of parallel joins, and keeps that one', async () => {
    const { id: roomId } = await storedRoom(current());
    const { id: userId } = await storedUser(current());
    const members = Array.from({ length: 12 }, () => aMember({ roomId, userId, joinedAtMs: aTimeMs() }));
    const outcomes = await Promise.all(members.map((member) => current().members.insert(member)));
    expect(countTrue(outcomes)).toBe(1);
    expect(await current().members.find(roomId, userId)).toEqual(members[outcomes.indexOf(true)]);
    expect(await current().members.countOfRoom(roomId)).toBe(1);
    expect(await current().members.roomIdsOf(userId)).toEqual([roomId]);
  });

  it('takes everybody who joins at the same time', async () => {
    const { id: roomId } = await storedRoom(current());
    const users = await inParallel(12, () => storedUser(current()));
    expect(
      await Promise.all(users.map(({ id: userId }) => current().members.insert(aMember({ roomId, userId })))),
    ).toEqual(users.map(() => true));
    expect(await current().members.countOfRoom(roomId)).toBe(12);
  });
}

function newcomers(current: CurrentPersistence): void {
  it('finds who joined then or later, the latest first, and no more than asked for', async () => {
    const [early, middle, late] = [
      await storedMember(current(), { joinedAtMs: 4_000_000_000_000 }),
      await storedMember(current(), { joinedAtMs: 4_000_000_000_001 }),
      await storedMember(current(), { joinedAtMs: 4_000_000_000_002 }),
    ];
    const found = (sinceMs: number, limit = 10) => current().members.joinedSince(sinceMs, limit);
    const brief = ({ roomId, userId, joinedAtMs }: typeof early) => ({ roomId, userId, joinedAtMs });
    expect(await found(middle.joinedAtMs)).toEqual([late, middle].map(brief));
    expect(await found(early.joinedAtMs, 2)).toEqual([late, middle].map(brief));
    expect(await found(late.joinedAtMs + 1)).toEqual([]);
    await current().members.remove(late.roomId, late.userId);
    expect(await found(middle.joinedAtMs)).toEqual([middle].map(brief));
  });
}

function leaving(current: CurrentPersistence): void {
  it('removes somebody from that room only, once', async () => {
    const member = await storedMember(current());
    const elsewhere = await storedMember(current(), { userId: member.userId });
    const other = await storedMember(current(), { roomId: member.roomId });
    expect(await current().members.remove(member.roomId, member.userId)).toBe(true);
    expect(await current().members.remove(member.roomId, member.userId)).toBe(false);
    expect(await current().members.find(member.roomId, member.userId)).toBeNull();
    expect(await current().members.countOfRoom(member.roomId)).toBe(1);
    expect(await current().members.ofRoom({ roomId: member.roomId, limit: 9 })).toEqual([other]);
    expect(await current().members.roomIdsOf(member.userId)).toEqual([elsewhere.roomId]);
    expect(await current().members.remove(aRoomId(), member.userId)).toBe(false);
    expect(await current().members.remove(member.roomId, aUserId())).toBe(false);
  });

  it('is true for exactly one of parallel removals', async () => {
    const { roomId, userId } = await storedMember(current());
    expect(countTrue(await inParallel(10, () => current().members.remove(roomId, userId)))).toBe(1);
    expect(await current().members.countOfRoom(roomId)).toBe(0);
  });

  it('starts anew when somebody comes back', async () => {
    const { roomId, userId } = await storedMember(current(), { role: 'admin', deliveredSeq: 9, readSeq: 8 });
    await current().members.remove(roomId, userId);
    const back = aMember({ roomId, userId, deliveredSeq: 2, readSeq: 1 });
    expect(await current().members.insert(back)).toBe(true);
    expect(await current().members.find(roomId, userId)).toEqual(back);
  });
}

function paging(current: CurrentPersistence): void {
  it('pages through the members of a room, ascending by user id', async () => {
    const { id: roomId } = await storedRoom(current());
    const users = await inParallel(7, () => storedUser(current()));
    const ids = users.map((user) => user.id).toSorted() as [UserId, UserId, UserId, UserId, UserId, UserId, UserId];
    for (const index of [4, 1, 6, 0, 3, 5, 2]) {
      await current().members.insert(aMember({ roomId, userId: ids[index] ?? aUserId() }));
    }
    await storedMember(current());
    const pageAfter = async (afterUserId: UserId | undefined, limit: number) =>
      (await current().members.ofRoom({ roomId, limit, ...(afterUserId ? { afterUserId } : {}) })).map((m) => m.userId);
    expect(await pageAfter(undefined, 100)).toEqual(ids);
    expect(await pageAfter(undefined, 3)).toEqual(ids.slice(0, 3));
    expect(await pageAfter(ids[2], 3)).toEqual(ids.slice(3, 6));
    expect(await pageAfter(ids[5], 3)).toEqual(ids.slice(6));
    expect(await pageAfter(ids[6], 3)).toEqual([]);
    // Whoever ended the last page may have left meanwhile.
    await current().members.remove(roomId, ids[2]);
    expect(await pageAfter(ids[2], 2)).toEqual(ids.slice(3, 5));
  });

  it('gives whole members, and none of an unknown room', async () => {
    const member = await storedMember(current(), { role: 'admin', deliveredSeq: 4, readSeq: 2 });
    expect(await current().members.ofRoom({ roomId: member.roomId, limit: 5 })).toEqual([member]);
    expect(await current().members.ofRoom({ roomId: aRoomId(), limit: 5 })).toEqual([]);
    expect(await current().members.countOfRoom(aRoomId())).toBe(0);
  });
}

function rooms(current: CurrentPersistence): void {
  it('lists the rooms of a user', async () => {
    const { id: userId } = await storedUser(current());
    const joined = [await storedMember(current(), { userId }), await storedMember(current(), { userId })];
    await storedMember(current());
    expect((await current().members.roomIdsOf(userId)).toSorted()).toEqual(joined.map((member) => member.roomId));
    expect(await current().members.roomIdsOf(aUserId())).toEqual([]);
  });

  it('lists the rooms of many users at once, none for those who are in none', async () => {
    const { id: userId } = await storedUser(current());
    const joined = [await storedMember(current(), { userId }), await storedMember(current(), { userId })];
    const other = await storedMember(current(), { roomId: joined[0]?.roomId ?? aRoomId() });
    await storedMember(current());
    const stranger = aUserId();
    const lists = await current().members.roomIdsOfEach([userId, stranger, other.userId, userId]);
    expect([...lists.keys()].toSorted()).toEqual([userId, stranger, other.userId].toSorted());
    expect(lists.get(userId)?.toSorted()).toEqual(joined.map(({ roomId }) => roomId).toSorted());
    expect(lists.get(other.userId)).toEqual([other.roomId]);
    expect(lists.get(stranger)).toEqual([]);
    expect(await current().members.roomIdsOfEach([])).toEqual(new Map());
  });

  it('knows whether two users share a room', async () => {
    const ann = await storedMember(current());
    const bob = await storedMember(current(), { roomId: ann.roomId });
    const eve = await storedMember(current());
    await storedMember(current(), { roomId: eve.roomId });
    const share = (one: UserId, other: UserId) => current().members.shareRoom(one, other);
    expect(await share(ann.userId, bob.userId)).toBe(true);
    expect(await share(bob.userId, ann.userId)).toBe(true);
    expect(await share(ann.userId, eve.userId)).toBe(false);
    expect(await share(aUserId(), ann.userId)).toBe(false);
    await current().members.remove(ann.roomId, bob.userId);
    expect(await share(ann.userId, bob.userId)).toBe(false);
  });

  it('lets a user share with themselves when in any room', async () => {
    const { roomId, userId } = await storedMember(current());
    expect(await current().members.shareRoom(userId, userId)).toBe(true);
    await current().members.remove(roomId, userId);
    expect(await current().members.shareRoom(userId, userId)).toBe(false);
  });
}

function standings(current: CurrentPersistence): void {
  it('reads the role, the mute and the settings of the room together', async () => {
    const settings = { slowModeSeconds: 7, readOnly: true, messageLimit: { messages: 2, perSeconds: 60 } };
    const room = await storedRoom(current(), { settings });
    const { roomId, userId } = await storedMember(current(), { roomId: room.id, role: 'admin' });
    expect(await current().members.standing(roomId, userId)).toEqual({ role: 'admin', mute: null, settings });
    const mute = aSanction({ roomId, userId, imposedBy: userId, expiresAtMs: 1_700_000_000_999 });
    await current().sanctions.put({ ...mute, kind: 'ban' });
    expect((await current().members.standing(roomId, userId))?.mute).toBeNull();
    await current().sanctions.put(mute);
    expect((await current().members.standing(roomId, userId))?.mute).toEqual({ expiresAtMs: 1_700_000_000_999 });
    await current().sanctions.put({ ...mute, expiresAtMs: null });
    expect((await current().members.standing(roomId, userId))?.mute).toEqual({ expiresAtMs: null });
    const { userId: other } = await storedMember(current(), { roomId });
    expect((await current().members.standing(roomId, other))?.mute).toBeNull();
  });

  it('has no standing for somebody who is not in the room', async () => {
    const { roomId } = await storedMember(current());
    const { userId } = await storedMember(current());
    await current().sanctions.put(aSanction({ roomId, userId, imposedBy: userId }));
    expect(await current().members.standing(roomId, userId)).toBeNull();
  });

  it('changes the role of that member only', async () => {
    const member = await storedMember(current());
    const other = await storedMember(current(), { roomId: member.roomId });
    expect(await current().members.setRole(member.roomId, member.userId, 'owner')).toBe(true);
    expect(await current().members.setRole(member.roomId, member.userId, 'owner')).toBe(true);
    expect(await current().members.find(member.roomId, member.userId)).toEqual({ ...member, role: 'owner' });
    expect(await current().members.find(other.roomId, other.userId)).toEqual(other);
    expect(await current().members.setRole(member.roomId, aUserId(), 'admin')).toBe(false);
  });
}
