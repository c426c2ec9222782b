import { mayModerate, type Role } from './member.ts';
import type { RoomSettings } from './room.ts';
import { isInForce, type Sanction } from './sanction.ts';

/** What decides about what a member may do in a room, read together. */
export interface Standing {
  readonly role: Role;
  readonly mute: Pick<Sanction, 'expiresAtMs'> | null;
  readonly settings: RoomSettings;
}

/** What keeps the member from speaking, if anything does. An owner cannot be silenced. */
export function silencedBy({ role, mute, settings }: Standing, nowMs: number): 'mute' | 'read_only' | null {
  if (mute !== null && role !== 'owner' && isInForce(mute, nowMs)) return 'mute';
  return settings.readOnly && !mayModerate(role) ? 'read_only' : null;
}
