import { describe, expect, it } from 'vitest';
import type { RoomsRequest } from '../../src/application/ports/index.ts';
import type { RoomId } from '../../src/domain/room/room.ts';
import { aRoom, aRoomId, aSecret } from '../support/builders.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { storedRoom, storedUser } from './seed.ts';

export function roomStoreContract(adapter: string, open: OpenPersistence): void {
  describe(`RoomStore contract: ${adapter}`, () => {
    const current = usePersistence(open);
    lookups(current);
    publicPages(current);
    search(current);
  });
}

function lookups(current: CurrentPersistence): void {
  it('gives back every field as it was', async () => {
    const open = await storedRoom(current(), {
      name: 'It\'s \\ "100%" _? :name $1 \u{1f3f3}\ufe0f\u200d\u{1f308} \u05d0\u200f e\u0301 \u{2070e}',
      createdAtMs: 1_700_000_000_001,
    });
    const closed = await storedRoom(current(), { isPrivate: true, name: '\ufdfd'.repeat(120) });
    for (const room of [open, closed]) {
      expect(await current().rooms.byId(room.id)).toEqual(room);
      expect(await current().rooms.byInviteCode(room.inviteCode)).toEqual(room);
    }
  });

  it('answers null for an unknown id and an unknown code', async () => {
    await storedRoom(current());
    expect(await current().rooms.byId(aRoomId())).toBeNull();
    expect(await current().rooms.byInviteCode(aSecret())).toBeNull();
    expect(await current().rooms.byInviteCode('')).toBeNull();
    expect(await current().unitOfWork.run(({ rooms }) => rooms.lock(aRoomId()))).toBeNull();
  });

  it('changes name and settings of that room only, and finds it by the new name', async () => {
    const room = await storedRoom(current(), { name: 'before' });
    const other = await storedRoom(current(), { name: 'other' });
    const settings = { slowModeSeconds: 86_400, readOnly: true, messageLimit: { messages: 3, perSeconds: 60 } };
    await current().rooms.update(room.id, { name: 'After', settings });
    expect(await current().rooms.byId(room.id)).toEqual({ ...room, name: 'After', settings });
    expect(await current().rooms.byId(other.id)).toEqual(other);
    expect(await current().rooms.publicPage({ query: 'aft', limit: 9 })).toHaveLength(1);
    expect(await current().rooms.publicPage({ query: 'befor', limit: 9 })).toEqual([]);
    await current().rooms.update(room.id, { name: 'After', settings: room.settings });
    expect(await current().rooms.byId(room.id)).toEqual({ ...room, name: 'After' });
  });

  it('compares invite codes exactly', async () => {
    const upper = await storedRoom(current(), { inviteCode: aSecret().toUpperCase() });
    expect(await current().rooms.byInviteCode(upper.inviteCode.toLowerCase())).toBeNull();
    expect(await current().rooms.byInviteCode(`${upper.inviteCode} `)).toBeNull();
    const lower = await storedRoom(current(), { inviteCode: upper.inviteCode.toLowerCase() });
    expect(await current().rooms.byInviteCode(upper.inviteCode)).toEqual(upper);
    expect(await current().rooms.byInviteCode(lower.inviteCode)).toEqual(lower);
  });

  it('gives the room when it locks it', async () => {
    const room = await storedRoom(current());
    expect(await current().unitOfWork.run(({ rooms }) => rooms.lock(room.id))).toEqual(room);
  });
}

const idsOf = async (current: CurrentPersistence, request: RoomsRequest): Promise<RoomId[]> =>
  (await current().rooms.publicPage(request)).map((room) => room.id);

function publicPages(current: CurrentPersistence): void {
  /** Five public rooms and some private ones, by ascending id, that were stored in another order. */
  async function fiveRooms(): Promise<[RoomId, RoomId, RoomId, RoomId, RoomId]> {
    const { id: createdBy } = await storedUser(current());
    const rooms = Array.from({ length: 9 }, (_, index) => aRoom({ createdBy, isPrivate: index % 2 === 1 }));
    for (const index of [4, 7, 0, 8, 3, 2, 6, 1, 5]) await current().rooms.insert(rooms[index] ?? aRoom());
    const ids = rooms.filter((room) => !room.isPrivate).map((room) => room.id);
    return ids as [RoomId, RoomId, RoomId, RoomId, RoomId];
  }

  it('lists public rooms only, the newest id first, page by page', async () => {
    const [one, two, three, four, five] = await fiveRooms();
    expect(await idsOf(current, { limit: 10 })).toEqual([five, four, three, two, one]);
    expect(await idsOf(current, { limit: 2 })).toEqual([five, four]);
    expect(await idsOf(current, { limit: 2, afterId: four })).toEqual([three, two]);
    expect(await idsOf(current, { limit: 2, afterId: two })).toEqual([one]);
    expect(await idsOf(current, { limit: 2, afterId: one })).toEqual([]);
  });

  it('gives whole rooms', async () => {
    const room = await storedRoom(current());
    expect(await current().rooms.publicPage({ limit: 1 })).toEqual([room]);
  });

  it('pages through the rooms that match, not through all', async () => {
    const { id: createdBy } = await storedUser(current());
    const named = (name: string) => storedRoom(current(), { createdBy, name });
    const one = await named('tea 1');
    await named('coffee');
    const two = await named('tea 2');
    await named('water');
    const three = await named('tea 3');
    expect(await idsOf(current, { query: 'tea', limit: 2 })).toEqual([three.id, two.id]);
    expect(await idsOf(current, { query: 'tea', limit: 2, afterId: two.id })).toEqual([one.id]);
    expect(await idsOf(current, { query: '', limit: 9 })).toHaveLength(5);
  });
}

function search(current: CurrentPersistence): void {
  it.each([
    ['%', ['100% sure', '50%_off', '\\%']],
    ['_', ['50%_off', 'a_b']],
    ['\\', ['back\\slash', '\\%']],
    ['\\%', ['\\%']],
    ['\\\\', []],
    ['a_b', ['a_b']],
    ['0% s', ['100% sure']],
    ["'", ["it's"]],
    ['"', ['say "hi"']],
    ['[a]', ['set [a]']],
    ['*', ['a*b']],
    ['?', ['why?', '$1 ?']],
    ['SURE', ['100% sure', '100 SURE']],
    ['sUrE', ['100% sure', '100 SURE']],
    ['КуХнЯ', ['кухня', 'КУХНЯ']],
    ['ÉT', ['été']],
    ['ete', []],
    ['\u{1f308}', ['\u{1f308} pride']],
    ['\u{1f309}', []],
    ['$1', ['$1 ?']],
    [':x', ['a :x b']],
  ])('finds %j literally and without case', async (query, expected) => {
    const { id: createdBy } = await storedUser(current());
    for (const name of NAMES) await storedRoom(current(), { createdBy, name });
    await storedRoom(current(), { createdBy, name: `${query} hidden`, isPrivate: true });
    const found = await current().rooms.publicPage({ query, limit: 100 });
    expect(found.map((room) => room.name).toSorted()).toEqual([...expected].sort());
  });
}

const NAMES = [
  '100% sure',
  '100 SURE',
  '50%_off',
  'a_b',
  'aXb',
  'a*b',
  'back\\slash',
  '\\%',
  "it's",
  'say "hi"',
  'set [a]',
  'why?',
  'кухня',
  'КУХНЯ',
  'été',
  '\u{1f308} pride',
  '$1 ?',
  'a :x b',
];
