import type { UserId } from '../user/user.ts';
import type { RoomId } from './room.ts';

export type Role = 'owner' | 'admin' | 'member';

/** Positions in the room's log. Invariant: read <= delivered <= head, and neither ever moves back. */
export interface Watermarks {
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

export interface Member extends Watermarks {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly role: Role;
  readonly joinedAtMs: number;
}

export const mayModerate = (role: Role): boolean => role === 'owner' || role === 'admin';

const RANK: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

/** Moderators act on those below them; somebody who is not in the room is below everyone. */
export const standsAbove = (role: Role, other: Role | null): boolean =>
  mayModerate(role) && (other === null || RANK[role] > RANK[other]);

/**
 * What the watermarks become when a device reports. Reading implies delivery; nobody has read beyond the head; late and
 * repeated reports change nothing.
 */
export function advance(current: Watermarks, report: Partial<Watermarks>, headSeq: number): Watermarks {
  const readSeq = Math.max(current.readSeq, Math.min(report.readSeq ?? 0, headSeq));
  const deliveredSeq = Math.max(current.deliveredSeq, Math.min(report.deliveredSeq ?? 0, headSeq), readSeq);
  return { deliveredSeq, readSeq };
}
