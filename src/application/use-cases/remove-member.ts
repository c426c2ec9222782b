import type { UserId } from '../../domain/user/user.ts';
import { requireBelow, type Act, type Moderation } from '../moderation/moderation.ts';

/** Puts a member out, at once and on every device. Whoever may join may come back: a ban keeps them out. */
export class RemoveMember {
  readonly #moderation: Moderation;

  constructor(deps: { readonly moderation: Moderation }) {
    this.#moderation = deps.moderation;
  }

  async execute({ userId, ...act }: Act & { readonly userId: UserId }): Promise<void> {
    await this.#moderation.perform(act, async (scene) => {
      await requireBelow(scene, userId);
      await scene.stores.members.remove(scene.room.id, userId);
      return { result: undefined, changes: [{ type: 'member_removed', userId }] };
    });
  }
}
