import { describe, expect, it } from 'vitest';
import type { RoomPurge } from '../../src/application/ports/index.ts';
import { aRoomId, aSanction, aSecret, aTimeMs } from '../support/builders.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { aPlace, logOf, storedChange, storedInvite, storedMember, storedMessage, storedRoom } from './seed.ts';

/** A room with some of everything that can belong to one. */
async function aFullRoom(current: CurrentPersistence) {
  const place = await aPlace(current());
  const { roomId } = place;
  const invite = await storedInvite(current(), { roomId, createdBy: place.senderId });
  const { userId } = await storedMember(current(), { roomId });
  await current().invites.use(invite.id, userId, aTimeMs());
  await current().sanctions.put(aSanction({ roomId, userId, imposedBy: place.senderId }));
  const message = await storedMessage(current(), { ...place, clientMessageId: 'again' });
  for (let n = 0; n < 4; n += 1) await storedMessage(current(), place);
  await storedChange(current(), place, { type: 'member_left', userId });
  return { ...place, userId, invite, message };
}

async function deleteAll({ purge }: { purge: RoomPurge }, roomId: Parameters<RoomPurge['deleteSome']>[0]) {
  let deleted = 0;
  for (let some = await purge.deleteSome(roomId, 2); some > 0; some = await purge.deleteSome(roomId, 2))
    deleted += some;
  return deleted;
}

export function roomPurgeContract(adapter: string, open: OpenPersistence): void {
  describe(`RoomPurge contract: ${adapter}`, () => {
    const current = usePersistence(open);

    it('lets nobody in any more, by no way that there was', async () => {
      const room = await storedRoom(current());
      const invite = await storedInvite(current(), { roomId: room.id, createdBy: room.createdBy });
      const [inviteCode, atMs] = [aSecret(), aTimeMs()];
      expect(await current().purge.close(room.id, { inviteCode, atMs })).toBe(true);
      expect(await current().rooms.byId(room.id)).toEqual({ ...room, isPrivate: true, inviteCode });
      expect(await current().rooms.byInviteCode(room.inviteCode)).toBeNull();
      expect(await current().rooms.publicPage({ limit: 9 })).toEqual([]);
      expect(await current().invites.ofRoom(room.id)).toEqual([]);
      expect(await current().invites.use(invite.id, room.createdBy, atMs)).toBe(false);
      expect(await current().purge.close(room.id, { inviteCode: aSecret(), atMs })).toBe(true);
      expect(await current().purge.close(aRoomId(), { inviteCode: aSecret(), atMs })).toBe(false);
    });

    it('deletes everything of the room, and nothing of another one', async () => {
      const [gone, stays] = [await aFullRoom(current), await aFullRoom(current)];
      const [log, summaries] = [
        await logOf(current(), stays.roomId),
        await current().directory.summariesOf(stays.userId),
      ];
      // The room, two members, an invite and its use, a sanction and six entries.
      expect(await deleteAll(current(), gone.roomId)).toBeGreaterThanOrEqual(11);
      expect(await current().purge.deleteSome(gone.roomId, 2)).toBe(0);
      expect(await current().rooms.byId(gone.roomId)).toBeNull();
      expect(await logOf(current(), gone.roomId)).toEqual([]);
      expect(await current().log.byId(gone.message.id)).toBeNull();
      expect(await current().log.findByClientMessageId(gone.roomId, gone.senderId, 'again')).toBeNull();
      expect(await current().members.ofRoom({ roomId: gone.roomId, limit: 9 })).toEqual([]);
      expect(await current().members.roomIdsOf(gone.senderId)).toEqual([]);
      expect(await current().invites.byId(gone.invite.id)).toBeNull();
      expect(await current().sanctions.find(gone.roomId, 'mute', gone.userId)).toBeNull();
      expect(await current().users.byId(gone.senderId)).not.toBeNull();
      expect(await logOf(current(), stays.roomId)).toEqual(log);
      expect(await current().directory.summariesOf(stays.userId)).toEqual(summaries);
      expect(await current().sanctions.find(stays.roomId, 'mute', stays.userId)).not.toBeNull();
      expect(await current().invites.usesOf({ inviteId: stays.invite.id, limit: 9 })).toHaveLength(1);
    });

    it('lists private and public rooms alike for who asks for all', async () => {
      const open = await storedRoom(current(), { name: 'Tea' });
      const closed = await storedRoom(current(), { name: 'green tea', isPrivate: true });
      const other = await storedRoom(current(), { name: 'coffee' });
      expect(await current().rooms.page({ limit: 9 })).toEqual([other, closed, open]);
      expect(await current().rooms.page({ limit: 1, query: 'TEA' })).toEqual([closed]);
      expect(await current().rooms.page({ limit: 9, query: 'TEA', afterId: closed.id })).toEqual([open]);
    });
  });
}
