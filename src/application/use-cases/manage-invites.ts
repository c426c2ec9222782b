import type { Invite, InviteId } from '../../domain/room/invite.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

interface InviteDeps {
  readonly rooms: ports.RoomStore;
  readonly invites: ports.InviteStore;
  readonly access: RoomAccess;
  readonly tokens: ports.TokenService;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
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
