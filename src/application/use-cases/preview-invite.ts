import { inviteState, type Invite } from '../../domain/room/invite.ts';
import type { Room } from '../../domain/room/room.ts';
import { isInForce } from '../../domain/room/sanction.ts';
import type { User, UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

export interface InvitePreview {
  readonly room: Room;
  readonly memberCount: number;
  /** Null for the room's own code, which is nobody's. */
  readonly invitedBy: User | null;
  readonly expiresAtMs: number | null;
}

interface PreviewInviteDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly tokens: ports.TokenService;
  readonly clock: ports.Clock;
}

/** Where an invite leads, without following it. Says no where a join with it would. */
export class PreviewInvite {
  readonly #deps: PreviewInviteDeps;

  constructor(deps: PreviewInviteDeps) {
    this.#deps = deps;
  }

  execute({ userId, inviteCode }: { readonly userId: UserId; readonly inviteCode: string }): Promise<InvitePreview> {
    const { unitOfWork, tokens, clock } = this.#deps;
    const nowMs = clock.nowMs();
    return unitOfWork.snapshot(async ({ rooms, members, invites, sanctions, users }) => {
      const invite = await invites.byDigest(tokens.digest(inviteCode));
      const room = await (invite ? rooms.byId(invite.roomId) : rooms.byInviteCode(inviteCode));
      if (!room) throw new AppError('INVITE_REQUIRED', { message: 'The invite is not valid.' });
      if (invite) assertUsable(invite, nowMs);
      const ban = await sanctions.find(room.id, 'ban', userId);
      if (ban && isInForce(ban, nowMs)) throw new AppError('BANNED');
      return {
        room,
        memberCount: await members.countOfRoom(room.id),
        invitedBy: invite ? await users.byId(invite.createdBy) : null,
        expiresAtMs: invite?.expiresAtMs ?? null,
      };
    });
  }
}

function assertUsable(invite: Invite, nowMs: number): void {
  const state = inviteState(invite, nowMs);
  if (state !== 'usable') throw new AppError(state === 'exhausted' ? 'INVITE_EXHAUSTED' : 'INVITE_EXPIRED');
}
