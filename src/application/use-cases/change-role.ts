import type { Role } from '../../domain/room/member.ts';
import type { UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import { requireBelow, type Act, type Decision, type Moderation, type Scene } from '../moderation/moderation.ts';

export interface ChangeRoleInput extends Act {
  readonly userId: UserId;
  readonly role: Role;
}

/**
 * The owner makes admins and members of the others, and makes another one the owner by becoming an admin: a room has
 * one owner at every moment. An admin may step down.
 */
export class ChangeRole {
  readonly #moderation: Moderation;

  constructor(deps: { readonly moderation: Moderation }) {
    this.#moderation = deps.moderation;
  }

  async execute({ userId, role, ...act }: ChangeRoleInput): Promise<void> {
    await this.#moderation.perform(act, (scene) =>
      userId === scene.actor.userId ? stepDown(scene, role) : appoint(scene, userId, role),
    );
  }
}

async function stepDown({ stores, room, actor }: Scene, role: Role): Promise<Decision<void>> {
  if (role === actor.role) return { result: undefined, changes: [] };
  if (actor.role === 'owner') {
    throw new AppError('CONFLICT', { message: 'An owner makes somebody else the owner to be it no longer.' });
  }
  if (role === 'owner') throw new AppError('FORBIDDEN', { message: 'Only the owner may do this.' });
  const { userId } = actor;
  await stores.members.setRole(room.id, userId, role);
  return { result: undefined, changes: [{ type: 'role_changed', userId, role }] };
}

async function appoint(scene: Scene, userId: UserId, role: Role): Promise<Decision<void>> {
  const { stores, room, actor } = scene;
  if (actor.role !== 'owner') throw new AppError('FORBIDDEN', { message: 'Only the owner may do this.' });
  const target = await requireBelow(scene, userId);
  if (target.role === role) return { result: undefined, changes: [] };
  await stores.members.setRole(room.id, userId, role);
  const changed = { type: 'role_changed', userId, role } as const;
  if (role !== 'owner') return { result: undefined, changes: [changed] };
  await stores.members.setRole(room.id, actor.userId, 'admin');
  return { result: undefined, changes: [{ type: 'role_changed', userId: actor.userId, role: 'admin' }, changed] };
}
