import { describe, expect, it } from 'vitest';
import type { Invite } from '../../src/domain/room/invite.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aDigest, anInviteId, aRoomId, aTimeMs } from '../support/builders.ts';
import { countTrue } from './concurrency.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedInvite, storedRoom, storedUser } from './seed.ts';

export function inviteStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`InviteStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    lookups(current);
    using(current);
    uses(current);
    limits(current);
    revoking(current);
  });
}

const nowOf = (current: CurrentPersistence, invite: Invite) => current().invites.byDigest(invite.codeDigest);

const someUsers = (current: CurrentPersistence, count: number) =>
  Promise.all(Array.from({ length: count }, async () => (await storedUser(current())).id));

function lookups(current: CurrentPersistence): void {
  it('gives back every field as it was', async () => {
    const plain = await storedInvite(current());
    const full = await storedInvite(current(), {
      createdAtMs: 1_700_000_000_001,
      expiresAtMs: 1_700_000_000_999,
      maxUses: 10_000,
      uses: 7,
      revokedAtMs: 1_700_000_000_010,
    });
    expect(await nowOf(current, plain)).toEqual(plain);
    expect(await nowOf(current, full)).toEqual(full);
    expect(await current().invites.byId(full.id)).toEqual(full);
    expect(await current().invites.byId(anInviteId())).toBeNull();
    expect(await current().invites.byDigest(aDigest())).toBeNull();
  });

  it('lists what was not revoked in a room, the newest first, however spent', async () => {
    const { id: roomId, createdBy } = await storedRoom(current());
    const inRoom = (overrides: Partial<Invite>) => storedInvite(current(), { roomId, createdBy, ...overrides });
    const expired = await inRoom({ expiresAtMs: 1_600_000_000_000 });
    await inRoom({ revokedAtMs: aTimeMs() });
    const exhausted = await inRoom({ maxUses: 1, uses: 1 });
    const fresh = await inRoom({});
    await storedInvite(current());
    expect(await current().invites.ofRoom(roomId)).toEqual([fresh, exhausted, expired]);
    expect(await current().invites.ofRoom(aRoomId())).toEqual([]);
  });
}

function using(current: CurrentPersistence): void {
  it('counts never beyond the most uses, however many try in parallel', async () => {
    const invite = await storedInvite(current(), { maxUses: 5 });
    const users = await someUsers(current, 20);
    const outcomes = await Promise.all(users.map((id) => current().invites.use(invite.id, id, aTimeMs())));
    expect(countTrue(outcomes)).toBe(5);
    expect(await nowOf(current, invite)).toEqual({ ...invite, uses: 5 });
  });

  it('counts every one of parallel uses when there is no limit', async () => {
    const invite = await storedInvite(current());
    const users = await someUsers(current, 20);
    const outcomes = await Promise.all(users.map((id) => current().invites.use(invite.id, id, aTimeMs())));
    expect(countTrue(outcomes)).toBe(20);
    expect((await nowOf(current, invite))?.uses).toBe(20);
  });

  it('counts the use of that invite only, and none of an unknown one', async () => {
    const invite = await storedInvite(current());
    const other = await storedInvite(current(), { roomId: invite.roomId });
    expect(await current().invites.use(invite.id, invite.createdBy, aTimeMs())).toBe(true);
    expect(await nowOf(current, other)).toEqual(other);
    expect(await current().invites.use(anInviteId(), invite.createdBy, aTimeMs())).toBe(false);
  });
}

function uses(current: CurrentPersistence): void {
  it('remembers who used an invite and when they last did, page by page', async () => {
    const invite = await storedInvite(current());
    const other = await storedInvite(current(), { roomId: invite.roomId });
    const [one, two, three] = (await someUsers(current, 3)).toSorted() as [UserId, UserId, UserId];
    await current().invites.use(other.id, one, aTimeMs());
    for (const userId of [three, one, two]) await current().invites.use(invite.id, userId, 1_700_000_000_001);
    await current().invites.use(invite.id, two, 1_700_000_000_777);
    const usesOf = (rest: object) => current().invites.usesOf({ inviteId: invite.id, limit: 10, ...rest });
    const used = (userId: UserId, usedAtMs = 1_700_000_000_001) => ({ userId, usedAtMs });
    expect(await usesOf({})).toEqual([used(one), used(two, 1_700_000_000_777), used(three)]);
    expect(await usesOf({ limit: 2 })).toEqual([used(one), used(two, 1_700_000_000_777)]);
    expect(await usesOf({ afterUserId: two })).toEqual([used(three)]);
    expect((await nowOf(current, invite))?.uses).toBe(4);
  });

  it('does not remember who was refused', async () => {
    const invite = await storedInvite(current(), { maxUses: 1 });
    const [one, two] = await someUsers(current, 2);
    const tries = [one, two].map((id) => current().invites.use(invite.id, id as UserId, aTimeMs()));
    const admitted = (await Promise.all(tries))[0] ? one : two;
    const found = await current().invites.usesOf({ inviteId: invite.id, limit: 10 });
    expect(found.map(({ userId }) => userId)).toEqual([admitted]);
  });
}

function limits(current: CurrentPersistence): void {
  const NOW = 1_700_000_500_000;

  it.each<[string, Partial<Invite>, boolean]>([
    ['expires just after', { expiresAtMs: NOW + 1 }, true],
    ['expires just now', { expiresAtMs: NOW }, false],
    ['expired before', { expiresAtMs: NOW - 1 }, false],
    ['has one use left', { maxUses: 3, uses: 2 }, true],
    ['has none left', { maxUses: 3, uses: 3 }, false],
    ['may never be used', { maxUses: 0 }, false],
    ['was revoked', { revokedAtMs: NOW - 5 }, false],
    ['has uses left but expired', { maxUses: 3, expiresAtMs: NOW }, false],
    ['has time left but no uses', { maxUses: 3, uses: 3, expiresAtMs: NOW + 1 }, false],
    ['has everything left', { maxUses: 3, expiresAtMs: NOW + 1 }, true],
  ])('an invite that %s', async (_what, overrides, usable) => {
    const invite = await storedInvite(current(), overrides);
    expect(await current().invites.use(invite.id, invite.createdBy, NOW)).toBe(usable);
    expect(await nowOf(current, invite)).toEqual({ ...invite, uses: invite.uses + (usable ? 1 : 0) });
  });
}

function revoking(current: CurrentPersistence): void {
  it('revokes once, for good', async () => {
    const invite = await storedInvite(current());
    const other = await storedInvite(current(), { roomId: invite.roomId });
    const atMs = aTimeMs();
    expect(await current().invites.revoke(invite.roomId, invite.id, atMs)).toBe(true);
    expect(await current().invites.revoke(invite.roomId, invite.id, aTimeMs())).toBe(false);
    expect(await nowOf(current, invite)).toEqual({ ...invite, revokedAtMs: atMs });
    expect(await current().invites.use(invite.id, invite.createdBy, atMs)).toBe(false);
    expect(await current().invites.ofRoom(invite.roomId)).toEqual([other]);
  });

  it('revokes nothing of another room, and nothing unknown', async () => {
    const invite = await storedInvite(current());
    const { id: otherRoom } = await storedRoom(current());
    expect(await current().invites.revoke(otherRoom, invite.id, aTimeMs())).toBe(false);
    expect(await current().invites.revoke(invite.roomId, anInviteId(), aTimeMs())).toBe(false);
    expect(await nowOf(current, invite)).toEqual(invite);
  });

  it('is true for exactly one of parallel revocations, and keeps its time', async () => {
    const invite = await storedInvite(current());
    const times = Array.from({ length: 10 }, () => aTimeMs());
    const outcomes = await Promise.all(times.map((atMs) => current().invites.revoke(invite.roomId, invite.id, atMs)));
    expect(countTrue(outcomes)).toBe(1);
    expect((await nowOf(current, invite))?.revokedAtMs).toBe(times[outcomes.indexOf(true)]);
  });
}
