import type { InviteUse, LinkedIdentity } from '../../../application/ports/index.ts';
import type { Invite, InviteId } from '../../../domain/room/invite.ts';
import type { Member } from '../../../domain/room/member.ts';
import type { Room, RoomId } from '../../../domain/room/room.ts';
import type { Sanction, SanctionKind } from '../../../domain/room/sanction.ts';
import type { Session, SessionId } from '../../../domain/session/session.ts';
import type { User, UserId } from '../../../domain/user/user.ts';
import { MemoryIndex } from './memory-index.ts';
import { MemoryTable } from './memory-table.ts';

export type MemberKey = `${RoomId}/${UserId}`;

export type SanctionsKey = `${RoomId}/${SanctionKind}`;

export const memberKey = (roomId: RoomId, userId: UserId): MemberKey => `${roomId}/${userId}`;

/** Everything that is kept but the log, with the indexes that unique keys and lists need. */
export class MemoryTables {
  readonly users: MemoryTable<UserId, User>;
  readonly userByEmailKey: MemoryTable<string, UserId>;
  readonly userByUsernameKey: MemoryTable<string, UserId>;
  readonly identities: MemoryTable<string, LinkedIdentity>;
  readonly identitiesOfUser: MemoryIndex<UserId, string>;
  readonly sessions: MemoryTable<SessionId, Session>;
  readonly sessionsOfUser: MemoryIndex<UserId, SessionId>;
  readonly rooms: MemoryTable<RoomId, Room>;
  readonly roomByInviteCode: MemoryTable<string, RoomId>;
  readonly publicRooms: MemoryIndex<'public', RoomId>;
  readonly members: MemoryTable<MemberKey, Member>;
  /** From which seq on a member counts messages as unread again. */
  readonly unreadFrom: MemoryTable<MemberKey, number>;
  /** Who was a member once and is none now. */
  readonly formerMembers: MemoryTable<MemberKey, true>;
  readonly membersOfRoom: MemoryIndex<RoomId, UserId>;
  readonly roomsOfUser: MemoryIndex<UserId, RoomId>;
  readonly invites: MemoryTable<InviteId, Invite>;
  readonly inviteByDigest: MemoryTable<string, InviteId>;
  readonly invitesOfRoom: MemoryIndex<RoomId, InviteId>;
  readonly inviteUses: MemoryTable<`${InviteId}/${UserId}`, InviteUse>;
  readonly usersOfInvite: MemoryIndex<InviteId, UserId>;
  readonly sanctions: MemoryTable<`${SanctionsKey}/${UserId}`, Sanction>;
  readonly sanctionedOfRoom: MemoryIndex<SanctionsKey, UserId>;

  constructor(parent?: MemoryTables) {
    this.users = new MemoryTable(parent?.users);
    this.userByEmailKey = new MemoryTable(parent?.userByEmailKey);
    this.userByUsernameKey = new MemoryTable(parent?.userByUsernameKey);
    this.identities = new MemoryTable(parent?.identities);
    this.identitiesOfUser = new MemoryIndex(parent?.identitiesOfUser);
    this.sessions = new MemoryTable(parent?.sessions);
    this.sessionsOfUser = new MemoryIndex(parent?.sessionsOfUser);
    this.rooms = new MemoryTable(parent?.rooms);
    this.roomByInviteCode = new MemoryTable(parent?.roomByInviteCode);
    this.publicRooms = new MemoryIndex(parent?.publicRooms);
    this.members = new MemoryTable(parent?.members);
    this.unreadFrom = new MemoryTable(parent?.unreadFrom);
    this.formerMembers = new MemoryTable(parent?.formerMembers);
    this.membersOfRoom = new MemoryIndex(parent?.membersOfRoom);
    this.roomsOfUser = new MemoryIndex(parent?.roomsOfUser);
    this.invites = new MemoryTable(parent?.invites);
    this.inviteByDigest = new MemoryTable(parent?.inviteByDigest);
    this.invitesOfRoom = new MemoryIndex(parent?.invitesOfRoom);
    this.inviteUses = new MemoryTable(parent?.inviteUses);
    this.usersOfInvite = new MemoryIndex(parent?.usersOfInvite);
    this.sanctions = new MemoryTable(parent?.sanctions);
    this.sanctionedOfRoom = new MemoryIndex(parent?.sanctionedOfRoom);
  }

  fork(): MemoryTables {
    return new MemoryTables(this);
  }

  /** Synchronous, so nobody sees a part of it. */
  commit(): void {
    // Every own property is a table or an index; one that is added later cannot be forgotten here.
    for (const part of Object.values(this) as { commit(): void }[]) part.commit();
  }
}
