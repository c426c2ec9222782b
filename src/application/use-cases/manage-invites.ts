import type { Invite, InviteId } from '../../domain/room/invite.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';
import { usernames } from './list-sanctions.ts';

interface InviteDeps {
  readonly rooms: ports.RoomStore;
  readonly invites: ports.InviteStore;
  readonly access: RoomAccess;
  readonly tokens: ports.TokenService;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
}

export interface InviteUseView extends ports.InviteUse {
  readonly username: string;
}

interface InRoom {
  readonly roomId: RoomId;
  readonly userId: UserId;
}

/** The room's own lasting code, for its admins. */
export class RevealInvite {
  readonly #deps: Pick<InviteDeps, 'rooms' | 'access'>;

  constructor(deps: Pick<InviteDeps, 'rooms' | 'access'>) {
    this.#deps = deps;
  }

  async execute({ roomId, userId }: InRoom): Promise<string> {
    await this.#deps.access.requireModerator(roomId, userId);
    const room = await this.#deps.rooms.byId(roomId);
    if (!room) throw new AppError('ROOM_NOT_FOUND');
    return room.inviteCode;
  }
}

export interface CreateInviteInput extends InRoom {
  readonly expiresInSeconds?: number | undefined;
  readonly maxUses?: number | undefined;
}

/** The code is told once, here; afterwards only its digest is known. */
export class CreateInvite {
  readonly #deps: InviteDeps;

  constructor(deps: InviteDeps) {
    this.#deps = deps;
  }

  async execute(input: CreateInviteInput): Promise<{ invite: Invite; code: string }> {
    const { invites, access, tokens, ids, clock } = this.#deps;
    await access.requireModerator(input.roomId, input.userId);
    const code = ids.secret();
    const createdAtMs = clock.nowMs();
    const invite: Invite = {
      id: ids.uuid() as InviteId,
      roomId: input.roomId,
      codeDigest: tokens.digest(code),
      createdBy: input.userId,
      createdAtMs,
      expiresAtMs: input.expiresInSeconds === undefined ? null : createdAtMs + input.expiresInSeconds * 1_000,
      maxUses: input.maxUses ?? null,
      uses: 0,
      revokedAtMs: null,
    };
    await invites.insert(invite);
    return { invite, code };
  }
}

export class ListInvites {
  readonly #deps: Pick<InviteDeps, 'invites' | 'access'>;

  constructor(deps: Pick<InviteDeps, 'invites' | 'access'>) {
    this.#deps = deps;
  }

  async execute({ roomId, userId }: InRoom): Promise<readonly Invite[]> {
    await this.#deps.access.requireModerator(roomId, userId);
    return this.#deps.invites.ofRoom(roomId);
  }
}

export interface ListInviteUsesInput extends InRoom {
  readonly inviteId: InviteId;
  readonly afterUserId?: UserId | undefined;
  readonly limit: number;
}

/** Who came in by an invite, ascending by user id. */
export class ListInviteUses {
  readonly #deps: Pick<InviteDeps, 'invites' | 'access'> & { readonly users: ports.UserStore };

  constructor(deps: Pick<InviteDeps, 'invites' | 'access'> & { readonly users: ports.UserStore }) {
    this.#deps = deps;
  }

  async execute(input: ListInviteUsesInput): Promise<{ uses: readonly InviteUseView[]; hasMore: boolean }> {
    const { invites, access, users } = this.#deps;
    const { roomId, userId, inviteId, afterUserId, limit } = input;
    await access.requireModerator(roomId, userId);
    const invite = await invites.byId(inviteId);
    if (invite?.roomId !== roomId) throw new AppError('NOT_FOUND', { message: 'No such invite.' });
    const after = afterUserId === undefined ? {} : { afterUserId };
    const found = await invites.usesOf({ inviteId, limit: limit + 1, ...after });
    const page = found.slice(0, limit);
    const names = await usernames(users, page);
    const uses = page.map((use) => ({ ...use, username: names.get(use.userId) ?? '' }));
    return { uses, hasMore: found.length > limit };
  }
}

export class RevokeInvite {
  readonly #deps: Pick<InviteDeps, 'invites' | 'access' | 'clock'>;

  constructor(deps: Pick<InviteDeps, 'invites' | 'access' | 'clock'>) {
    this.#deps = deps;
  }

  async execute({ roomId, userId, inviteId }: InRoom & { readonly inviteId: InviteId }): Promise<void> {
    const { invites, access, clock } = this.#deps;
    await access.requireModerator(roomId, userId);
    if (!(await invites.revoke(roomId, inviteId, clock.nowMs()))) {
      throw new AppError('NOT_FOUND', { message: 'No such invite.' });
    }
  }
}
