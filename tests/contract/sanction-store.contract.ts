import { describe, expect, it } from 'vitest';
import type { SanctionsRequest } from '../../src/application/ports/index.ts';
import type { Sanction } from '../../src/domain/room/sanction.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aRoomId, aSanction, aUserId } from '../support/builders.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedRoom, storedUser } from './seed.ts';

const NOW = 1_700_000_500_000;

export function sanctionStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`SanctionStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    imposing(current);
    lists(current);
  });
}

async function stored(current: CurrentPersistence, overrides: Partial<Sanction> = {}): Promise<Sanction> {
  const room = overrides.roomId ? null : await storedRoom(current());
  const userId = overrides.userId ?? (await storedUser(current())).id;
  const sanction = aSanction({ ...(room ? { roomId: room.id } : {}), imposedBy: userId, ...overrides, userId });
  await current().sanctions.put(sanction);
  return sanction;
}

function imposing(current: CurrentPersistence): void {
  const nowOf = ({ roomId, kind, userId }: Sanction) => current().sanctions.find(roomId, kind, userId);

  it('gives back every field as it was', async () => {
    const full = await stored(current, {
      kind: 'ban',
      reason: '\'"\\%_? \u{1f3f3}\ufe0f e\u0301'.padEnd(300, '\ufdfd'),
      createdAtMs: 1_700_000_000_001,
      expiresAtMs: 1_700_000_000_999,
    });
    const plain = await stored(current);
    expect(await nowOf(full)).toEqual(full);
    expect(await nowOf(plain)).toEqual(plain);
  });

  it('keeps kinds, rooms and people apart', async () => {
    const mute = await stored(current);
    expect(await nowOf({ ...mute, kind: 'ban' })).toBeNull();
    expect(await nowOf({ ...mute, roomId: aRoomId() })).toBeNull();
    expect(await nowOf({ ...mute, userId: aUserId() })).toBeNull();
    const ban = await stored(current, { ...mute, kind: 'ban', reason: 'another' });
    expect([await nowOf(mute), await nowOf(ban)]).toEqual([mute, ban]);
  });

  it('puts the later one in the place of the earlier, also when many come at once', async () => {
    const first = await stored(current, { reason: 'first', expiresAtMs: NOW });
    const second = await stored(current, { ...first, reason: null, expiresAtMs: null });
    expect(await nowOf(first)).toEqual(second);
    const many = Array.from({ length: 8 }, (_, index) => ({ ...first, reason: `reason ${index}` }));
    await Promise.all(many.map((sanction) => current().sanctions.put(sanction)));
    expect(many).toContainEqual(await nowOf(first));
    expect(await current().sanctions.ofRoom({ ...first, nowMs: 0, limit: 10 })).toHaveLength(1);
  });

  it('lifts once, that one only', async () => {
    const ban = await stored(current, { kind: 'ban' });
    const mute = await stored(current, { ...ban, kind: 'mute' });
    expect(await current().sanctions.lift(ban.roomId, 'ban', ban.userId)).toBe(true);
    expect(await current().sanctions.lift(ban.roomId, 'ban', ban.userId)).toBe(false);
    expect([await nowOf(ban), await nowOf(mute)]).toEqual([null, mute]);
  });
}

function lists(current: CurrentPersistence): void {
  it('lists those of a room and a kind that are in force, ascending by user id, page by page', async () => {
    const { id: roomId, createdBy } = await storedRoom(current());
    const people = await Promise.all(Array.from({ length: 5 }, async () => (await storedUser(current())).id));
    const [one, two, three, four, five] = people.toSorted() as [UserId, UserId, UserId, UserId, UserId];
    const ban = (userId: UserId, expiresAtMs: number | null) =>
      stored(current, { roomId, kind: 'ban', userId, imposedBy: createdBy, expiresAtMs });
    await ban(four, NOW);
    await stored(current, { roomId, userId: five });
    const [third, first, second] = [await ban(three, null), await ban(one, NOW + 1), await ban(two, null)];
    await stored(current, { kind: 'ban' });
    const listed = (rest: Partial<SanctionsRequest>) =>
      current().sanctions.ofRoom({ roomId, kind: 'ban', nowMs: NOW, limit: 10, ...rest });
    expect(await listed({})).toEqual([first, second, third]);
    expect(await listed({ limit: 2 })).toEqual([first, second]);
    expect(await listed({ afterUserId: one, limit: 1 })).toEqual([second]);
    expect(await listed({ afterUserId: three })).toEqual([]);
    expect(await listed({ nowMs: NOW + 1 })).toEqual([second, third]);
    expect(await listed({ roomId: aRoomId() })).toEqual([]);
  });
}
