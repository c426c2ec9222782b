import type { UserId } from '../user/user.ts';
import type { RoomId } from './room.ts';

export type InviteId = string & { readonly __brand: 'InviteId' };

/** An invite beside the room's own: it may expire, run out or be revoked. Only a digest of its code is kept. */
export interface Invite {
  readonly id: InviteId;
  readonly roomId: RoomId;
  readonly codeDigest: string;
  readonly createdBy: UserId;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly maxUses: number | null;
  readonly uses: number;
  readonly revokedAtMs: number | null;
}

export type InviteState = 'usable' | 'expired' | 'exhausted' | 'revoked';

export function inviteState(invite: Invite, nowMs: number): InviteState {
  if (invite.revokedAtMs !== null) return 'revoked';
  if (invite.expiresAtMs !== null && invite.expiresAtMs <= nowMs) return 'expired';
  if (invite.maxUses !== null && invite.uses >= invite.maxUses) return 'exhausted';
  return 'usable';
}
