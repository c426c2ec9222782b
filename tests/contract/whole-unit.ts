import type { Persistence, Stores } from '../../src/application/ports/index.ts';
import type { UserId } from '../../src/domain/user/user.ts';
import { aChangeDraft, aMember, anInvite, aRoom, aSanction, aSession, aTimeMs, aUser } from '../support/builders.ts';
import { storedInvite, storedMember, storedMessage, storedSession } from './seed.ts';

/** Something of every kind, stored before a unit that changes all of it. */
export async function aWorld(persistence: Persistence) {
  const member = await storedMember(persistence);
  const leaver = await storedMember(persistence, { roomId: member.roomId });
  const { roomId, userId } = member;
  await storedMessage(persistence, { roomId, senderId: userId });
  const session = await storedSession(persistence, { userId });
  const other = await storedSession(persistence, { userId });
  const invite = await storedInvite(persistence, { roomId, createdBy: userId });
  const revoked = await storedInvite(persistence, { roomId, createdBy: userId });
  const lifted = aSanction({ roomId, userId: leaver.userId, imposedBy: userId, kind: 'ban' });
  await persistence.sanctions.put(lifted);
  const newUser = aUser();
  return {
    ...{ roomId, userId, leaverId: leaver.userId, session, other, invite, revoked, lifted },
    newSanction: aSanction({ roomId, userId, imposedBy: userId }),
    newUser,
    newSession: aSession({ userId }),
    newRoom: aRoom({ createdBy: userId }),
    newMember: aMember({ roomId, userId: newUser.id }),
    newInvite: anInvite({ roomId, createdBy: userId }),
    change: aChangeDraft({ roomId, actorId: userId }),
  };
}

export type World = Awaited<ReturnType<typeof aWorld>>;

/** Whatever the hash was before. */
export async function setHash(users: Stores['users'], userId: UserId, to: string): Promise<void> {
  const user = await users.lock(userId);
  await users.setPasswordHash(userId, { from: user?.passwordHash ?? '', to });
}

/** One call of every method that writes. */
export async function changeEverything(stores: Stores, world: World): Promise<void> {
  const { users, sessions, rooms, members, invites, sanctions, journal } = stores;
  const { roomId, userId, leaverId, session, other, invite, revoked, lifted } = world;
  await rooms.lock(roomId);
  await users.insert(world.newUser);
  await setHash(users, userId, 'changed');
  await users.markSeen([userId], aTimeMs());
  await sessions.insert(world.newSession);
  await sessions.rotate(session.id, {
    from: session.refreshDigest,
    to: 'changed',
    usedAtMs: session.usedAtMs + 1,
    expiresAtMs: session.expiresAtMs + 1,
  });
  await sessions.end(session.id, aTimeMs());
  await sessions.endAll(userId, aTimeMs(), world.newSession.id);
  await sessions.end(other.id, aTimeMs());
  await rooms.insert(world.newRoom);
  await members.insert(world.newMember);
  await rooms.update(roomId, { name: 'changed', settings: { slowModeSeconds: 3, readOnly: true, messageLimit: null } });
  await members.setRole(roomId, userId, 'admin');
  await members.remove(roomId, leaverId);
  await sanctions.put(world.newSanction);
  await sanctions.lift(roomId, lifted.kind, lifted.userId);
  await invites.insert(world.newInvite);
  await invites.use(invite.id, userId, aTimeMs());
  await invites.revoke(roomId, revoked.id, aTimeMs());
  await journal.append(world.change);
}

type Readable = Pick<Persistence, 'users' | 'sessions' | 'rooms' | 'members' | 'invites' | 'sanctions'>;

/** Everything that such a unit changes, as one value to compare. */
export async function stateOf(stores: Readable, world: World) {
  const { users, sessions, rooms, members, invites, sanctions } = stores;
  const { roomId, userId, leaverId, newUser } = world;
  const sharing = (id: World['userId']) => members.shareRoom(userId, id);
  return {
    users: [await users.byId(userId), await users.byId(newUser.id), await users.byEmail(newUser.email)],
    byIds: (await users.byIds([newUser.id, userId])).length,
    sessions: [await sessions.byId(world.session.id), await sessions.byId(world.newSession.id)],
    live: (await sessions.liveOf(userId, aTimeMs())).map((session) => session.id),
    rooms: [await rooms.byId(world.newRoom.id), await rooms.byInviteCode(world.newRoom.inviteCode)],
    publicRooms: await rooms.publicPage({ limit: 100 }),
    members: [await members.find(roomId, newUser.id), await members.find(roomId, leaverId)],
    ofRoom: await members.ofRoom({ roomId, limit: 100 }),
    count: await members.countOfRoom(roomId),
    roomIds: [await members.roomIdsOf(newUser.id), await members.roomIdsOf(leaverId)],
    sharing: [await sharing(newUser.id), await sharing(leaverId)],
    invites: [await invites.byDigest(world.invite.codeDigest), await invites.byDigest(world.newInvite.codeDigest)],
    open: await invites.ofRoom(roomId),
    uses: await invites.usesOf({ inviteId: world.invite.id, limit: 10 }),
    room: await rooms.byId(roomId),
    standing: await members.standing(roomId, userId),
    mutes: await sanctions.ofRoom({ roomId, kind: 'mute', nowMs: 0, limit: 10 }),
    ban: await sanctions.find(roomId, 'ban', leaverId),
  };
}

/** The same, and the log and the lists that are outside a unit only. */
export async function stateOutside(persistence: Persistence, world: World) {
  const { log, directory } = persistence;
  const { roomId, userId, change } = world;
  return {
    ...(await stateOf(persistence, world)),
    head: [await log.head(roomId), (await log.heads([roomId])).get(roomId)],
    entries: await log.ranges([{ roomId, afterSeq: 0, toSeq: 100 }]),
    entry: [await log.byId(change.id), await log.at(roomId, 2)],
    summaries: [await directory.summariesOf(userId), await directory.summariesOf(world.newUser.id)],
  };
}
