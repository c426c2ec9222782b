import type { MessageDraft, Persistence } from '../../src/application/ports/index.ts';
import type { Invite } from '../../src/domain/room/invite.ts';
import type { Member } from '../../src/domain/room/member.ts';
import type { MessageEntry, RoomChange, RoomChangeEntry, RoomEntry } from '../../src/domain/room/room-entry.ts';
import type { Room, RoomId } from '../../src/domain/room/room.ts';
import type { Session } from '../../src/domain/session/session.ts';
import type { User, UserId } from '../../src/domain/user/user.ts';
import { aChangeDraft, aMember, aMessageDraft, anInvite, aRoom, aSession, aUser } from '../support/builders.ts';

export async function storedUser({ users }: Persistence, overrides: Partial<User> = {}): Promise<User> {
  const user = aUser(overrides);
  await users.insert(user);
  return user;
}

export async function storedSession(persistence: Persistence, overrides: Partial<Session> = {}): Promise<Session> {
  const userId = overrides.userId ?? (await storedUser(persistence)).id;
  const session = aSession({ ...overrides, userId });
  await persistence.sessions.insert(session);
  return session;
}

export async function storedRoom(persistence: Persistence, overrides: Partial<Room> = {}): Promise<Room> {
  const createdBy = overrides.createdBy ?? (await storedUser(persistence)).id;
  const room = aRoom({ ...overrides, createdBy });
  await persistence.rooms.insert(room);
  return room;
}

export async function storedMember(persistence: Persistence, overrides: Partial<Member> = {}): Promise<Member> {
  const roomId = overrides.roomId ?? (await storedRoom(persistence)).id;
  const userId = overrides.userId ?? (await storedUser(persistence)).id;
  const member = aMember({ ...overrides, roomId, userId });
  await persistence.members.insert(member);
  return member;
}

export async function storedInvite(persistence: Persistence, overrides: Partial<Invite> = {}): Promise<Invite> {
  const room = overrides.roomId ? null : await storedRoom(persistence);
  const createdBy = overrides.createdBy ?? room?.createdBy ?? (await storedUser(persistence)).id;
  const invite = anInvite({ ...(room ? { roomId: room.id } : {}), ...overrides, createdBy });
  await persistence.invites.insert(invite);
  return invite;
}

/** A room, and somebody who may write into it. */
export async function aPlace(persistence: Persistence): Promise<{ roomId: RoomId; senderId: UserId }> {
  const { id: roomId, createdBy: senderId } = await storedRoom(persistence);
  await storedMember(persistence, { roomId, userId: senderId });
  return { roomId, senderId };
}

export async function storedMessage(persistence: Persistence, overrides: Partial<MessageDraft>): Promise<MessageEntry> {
  const { entry } = await persistence.log.append(aMessageDraft(overrides));
  return entry;
}

interface Where {
  readonly roomId: RoomId;
  readonly senderId: UserId;
}

/** As the use cases do it: in a unit of work that holds the room. */
export function storedChange(
  persistence: Persistence,
  { roomId, senderId }: Where,
  change?: RoomChange,
): Promise<RoomChangeEntry> {
  const draft = aChangeDraft({ roomId, actorId: senderId }, change);
  return persistence.unitOfWork.run(async ({ rooms, journal }) => {
    await rooms.lock(roomId);
    return journal.append(draft);
  });
}

/** The whole log of a room, as everybody can read it now. */
export function logOf({ log }: Persistence, roomId: RoomId): Promise<readonly RoomEntry[]> {
  return log.ranges([{ roomId, afterSeq: 0, toSeq: 100_000 }]);
}

export async function seqsOf(persistence: Persistence, roomId: RoomId): Promise<number[]> {
  return (await logOf(persistence, roomId)).map((entry) => entry.seq);
}
