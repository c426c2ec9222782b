import type { MessageId } from '../../domain/message/message.ts';
import { inviteState, type Invite } from '../../domain/room/invite.ts';
import type { Role } from '../../domain/room/member.ts';
import type { RoomChangeEntry } from '../../domain/room/room-entry.ts';
import type { Room, RoomId } from '../../domain/room/room.ts';
import { isInForce } from '../../domain/room/sanction.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type { PresenceAnnouncer } from '../live/presence-announcer.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type * as ports from '../ports/index.ts';

/** At least one of the two. */
export interface JoinRoomInput {
  readonly userId: UserId;
  readonly roomId?: RoomId | undefined;
  readonly inviteCode?: string | undefined;
}

export interface Joined {
  readonly room: Room;
  readonly role: Role;
  /** False when the user was a member already. */
  readonly joined: boolean;
}

interface JoinRoomDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly rooms: ports.RoomStore;
  readonly tokens: ports.TokenService;
  readonly access: RoomAccess;
  readonly feed: RoomFeed;
  readonly announcer: PresenceAnnouncer;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

type Outcome = Joined & { readonly entry: RoomChangeEntry | null };

/** Idempotent: joining again changes nothing, costs no use of an invite and needs none. */
export class JoinRoom {
  readonly #deps: JoinRoomDeps;

  constructor(deps: JoinRoomDeps) {
    this.#deps = deps;
  }

  async execute(input: JoinRoomInput): Promise<Joined> {
    const { unitOfWork, access, feed, announcer } = this.#deps;
    const { userId } = input;
    // Most joins are those of members that have just connected. They need no lock on the room.
    const already = input.roomId === undefined ? null : await this.#rejoin(input.roomId, userId);
    if (already) return already;
    const { entry, ...joined } = await unitOfWork.run((stores) => this.#join(stores, input));
    if (entry === null) {
      const rejoined = await this.#rejoin(joined.room.id, userId);
      if (rejoined) return rejoined;
      await access.requireMember(joined.room.id, userId);
      throw new AppError('OVERLOADED');
    }
    access.forget(entry.roomId, userId);
    // Lets the user's sockets in at the entry's place in the log.
    feed.openAt(entry.roomId, entry.seq - 1);
    feed.committed([entry]);
    await feed.open([entry.roomId]);
    announcer.introduce(userId, entry.roomId);
    return joined;
  }

  /**
   * Null when the user is no member. The join before this one may have been committed without anybody hearing of it, so
   * that nothing was done after it: that is made good here.
   */
  async #rejoin(roomId: RoomId, userId: UserId): Promise<Joined | null> {
    const { access, feed, rooms } = this.#deps;
    if ((await access.standingOf(roomId, userId)) === null) return null;
    await feed.open([roomId]);
    const asOfSeq = feed.knownHead(roomId);
    access.forget(roomId, userId);
    const standing = await access.standingOf(roomId, userId);
    const room = await rooms.byId(roomId);
    if (standing === null || room === null) return null;
    if (!feed.admit(roomId, userId, asOfSeq)) throw new AppError('OVERLOADED');
    return { room, role: standing.role, joined: false };
  }

  async #join(stores: ports.Stores, input: JoinRoomInput): Promise<Outcome> {
    const { ids, clock } = this.#deps;
    const { userId } = input;
    const target = await this.#locate(stores, input);
    // From here on nobody else changes who is in this room: no double join, no invite used twice by one person.
    const room = await stores.rooms.lock(target.roomId);
    if (!room) throw new AppError('ROOM_NOT_FOUND');
    const existing = await stores.members.find(room.id, userId);
    if (existing) return { room, role: existing.role, joined: false, entry: null };
    const invite = room.isPrivate ? inviteFor(room, input.inviteCode, target.invite) : null;
    await this.#refuseBanned(stores, room.id, userId);
    if (invite) await this.#use(stores, invite, userId);
    const user = await stores.users.byId(userId);
    if (!user) throw new AppError('UNAUTHENTICATED');
    // Whoever comes into a room that everybody has left takes care of it.
    const isDeserted = (await stores.members.ofRoom({ roomId: room.id, limit: 1 })).length === 0;
    const role = isDeserted ? 'owner' : 'member';
    const entry = await stores.journal.append({
      id: ids.uuid() as MessageId,
      roomId: room.id,
      actorId: userId,
      createdAtMs: clock.nowMs(),
      type: 'member_joined',
      userId,
      username: user.username,
      role,
    });
    await stores.members.insert({
      roomId: room.id,
      userId,
      role,
      joinedAtMs: entry.createdAtMs,
      // Whoever joins owes nobody a reading of what was said before.
      deliveredSeq: entry.seq,
      readSeq: entry.seq,
    });
    return { room, role, joined: true, entry };
  }

  async #locate(stores: ports.Stores, input: JoinRoomInput): Promise<{ roomId: RoomId; invite: Invite | null }> {
    const invite = input.inviteCode ? await stores.invites.byDigest(this.#deps.tokens.digest(input.inviteCode)) : null;
    if (input.roomId) return { roomId: input.roomId, invite };
    if (invite) return { roomId: invite.roomId, invite };
    const room = input.inviteCode ? await stores.rooms.byInviteCode(input.inviteCode) : null;
    if (!room) throw new AppError('INVITE_REQUIRED', { message: 'The invite is not valid.' });
    return { roomId: room.id, invite: null };
  }

  /** After the invite was looked at: whoever has none learns nothing about a private room. */
  async #refuseBanned({ sanctions }: ports.Stores, roomId: RoomId, userId: UserId): Promise<void> {
    const ban = await sanctions.find(roomId, 'ban', userId);
    const nowMs = this.#deps.clock.nowMs();
    if (!ban || !isInForce(ban, nowMs)) return;
    throw new AppError('BANNED', ban.expiresAtMs === null ? {} : { retryAfterMs: ban.expiresAtMs - nowMs });
  }

  async #use({ invites }: ports.Stores, invite: Invite, userId: UserId): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    if (await invites.use(invite.id, userId, nowMs)) return;
    // Read again: it may have run out while this unit waited for the room.
    const now = (await invites.byDigest(invite.codeDigest)) ?? invite;
    throw new AppError(inviteState(now, nowMs) === 'exhausted' ? 'INVITE_EXHAUSTED' : 'INVITE_EXPIRED');
  }
}

/** The invite that has to be used to come in; null with the room's own code, which is never used up. */
function inviteFor(room: Room, code: string | undefined, invite: Invite | null): Invite | null {
  if (code !== undefined && code === room.inviteCode) return null;
  if (!invite || invite.roomId !== room.id) throw new AppError('INVITE_REQUIRED');
  return invite;
}
