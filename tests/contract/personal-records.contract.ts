import { describe, expect, it } from 'vitest';
import { aSanction, aTimeMs, aUserId } from '../support/builders.ts';
import { usePersistence, type CurrentPersistence, type OpenPersistence } from './persistence-harness.ts';
import { aPlace, storedInvite, storedMember, storedSession, storedUser } from './seed.ts';

/** Somebody of whom there is one of everything. */
async function somebody(current: CurrentPersistence) {
  const { roomId, senderId: moderatorId } = await aPlace(current());
  const user = await storedUser(current(), { lastSeenAtMs: aTimeMs() });
  const userId = user.id;
  const member = await storedMember(current(), { roomId, userId });
  const session = await storedSession(current(), { userId });
  const identity = { issuer: 'https://one', subject: userId, userId, createdAtMs: aTimeMs(), tokensFromMs: null };
  await current().identities.insert(identity);
  const about = aSanction({ roomId, userId, imposedBy: moderatorId, reason: 'rude' });
  const imposed = aSanction({ roomId, userId: moderatorId, imposedBy: userId, reason: 'rude as well' });
  await current().sanctions.put(about);
  await current().sanctions.put(imposed);
  const invite = await storedInvite(current(), { roomId, createdBy: userId });
  return { user, userId, member, session, identity, about, imposed, invite, roomId, moderatorId };
}

const NOBODY = { identities: [], sessions: [], memberships: [], sanctions: [], invites: [] };

export function personalRecordsContract(adapter: string, open: OpenPersistence): void {
  describe(`PersonalRecords contract: ${adapter}`, () => {
    const current = usePersistence(open);
    const pseudonymOf = (userId: string) => ({ username: `gone ${userId}`, email: `${userId}@x.invalid` });

    it('has everything of one user and nothing of another one', async () => {
      const [one] = [await somebody(current), await somebody(current)];
      const { identity, session, member, about, invite } = one;
      expect(await current().records.of(one.userId)).toEqual({
        identities: [identity],
        sessions: [session],
        memberships: [member],
        sanctions: [about],
        invites: [invite],
      });
      expect(await current().records.of(aUserId())).toEqual(NOBODY);
    });

    it('leaves nothing of a user but the pseudonym, and others as they were', async () => {
      const [one, other] = [await somebody(current), await somebody(current)];
      const others = await current().records.of(other.userId);
      const pseudonym = { ...pseudonymOf(one.userId), atMs: 1_700_000_000_777 };
      const { userId, roomId, user } = one;
      expect(await current().records.erase(userId, pseudonym)).toBe(false);
      expect(await current().users.byId(userId)).toEqual(user);
      await current().members.remove(roomId, userId);
      // Twice: whoever was interrupted does it again.
      expect(await current().records.erase(userId, pseudonym)).toBe(true);
      expect(await current().records.erase(userId, { ...pseudonym, atMs: pseudonym.atMs + 1 })).toBe(true);
      const { username, email, atMs } = pseudonym;
      const ends = { lastSeenAtMs: null, disabledAtMs: atMs, erasedAtMs: atMs };
      const gone = { ...user, username, email, passwordHash: '', ...ends };
      expect(await current().users.byId(userId)).toEqual(gone);
      expect(await current().users.byUsername(username)).toEqual(gone);
      expect([await current().users.byEmail(user.email), await current().users.byUsername(user.username)]).toEqual([
        null,
        null,
      ]);
      const link = { issuer: '', subject: '', tokensFromMs: atMs };
      expect(await current().records.of(userId)).toEqual({
        ...NOBODY,
        identities: [{ ...one.identity, ...link }],
        sanctions: [{ ...one.about, reason: null }],
        invites: [one.invite],
      });
      expect(await current().identities.find(one.identity.issuer, userId)).toMatchObject({ userId, ...link });
      expect(await current().sanctions.find(roomId, 'mute', one.moderatorId)).toEqual({ ...one.imposed, reason: null });
      expect(await current().records.of(other.userId)).toEqual(others);
      expect(await current().users.byId(other.userId)).toEqual(other.user);
    });

    it('takes no name that is another one\u2019s', async () => {
      const [{ id }, { username }] = [await storedUser(current()), await storedUser(current())];
      const pseudonym = { ...pseudonymOf(id), username, atMs: 1 };
      await expect(current().records.erase(id, pseudonym)).rejects.toMatchObject({ code: 'USERNAME_TAKEN' });
      expect(await current().users.byId(id)).toMatchObject({ erasedAtMs: null });
    });
  });
}
