import { imposeSanction, isInForce, type Sanction, type SanctionKind } from '../../domain/room/sanction.ts';
import type { UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import { checkRule } from '../errors/check-rule.ts';
import { findBelow, requireBelow, type Act, type Moderation, type Scene } from '../moderation/moderation.ts';

export interface ImposeSanctionInput extends Act {
  readonly userId: UserId;
  readonly reason?: string | undefined;
  /** Without it the sanction holds until it is lifted. */
  readonly expiresInSeconds?: number | undefined;
}

interface Deps {
  readonly moderation: Moderation;
}

/** Puts somebody out and keeps them out, member or not. A further ban takes the place of the one before. */
export class BanUser {
  readonly #moderation: Moderation;

  constructor(deps: Deps) {
    this.#moderation = deps.moderation;
  }

  execute(input: ImposeSanctionInput): Promise<Sanction> {
    return this.#moderation.perform(input, async (scene) => {
      const { stores, room } = scene;
      const { userId } = input;
      const member = await findBelow(scene, userId);
      if (!member && !(await stores.users.byId(userId))) throw new AppError('USER_NOT_FOUND');
      const ban = sanctionOf(scene, 'ban', input);
      await stores.sanctions.put(ban);
      if (member) await stores.members.remove(room.id, userId);
      const { reason, expiresAtMs } = ban;
      return { result: ban, changes: [{ type: 'member_banned', userId, reason, expiresAtMs }] };
    });
  }
}

/** A muted member reads but neither speaks nor types; leaving and coming back does not end it. */
export class MuteMember {
  readonly #moderation: Moderation;

  constructor(deps: Deps) {
    this.#moderation = deps.moderation;
  }

  execute(input: ImposeSanctionInput): Promise<Sanction> {
    return this.#moderation.perform(input, async (scene) => {
      const { userId } = input;
      await requireBelow(scene, userId);
      const mute = sanctionOf(scene, 'mute', input);
      await scene.stores.sanctions.put(mute);
      const { reason, expiresAtMs } = mute;
      return { result: mute, changes: [{ type: 'member_muted', userId, reason, expiresAtMs }] };
    });
  }
}

const LIFTED = { ban: 'ban_lifted', mute: 'mute_lifted' } as const;

/** Throws NOT_FOUND when there is nothing to lift. */
export class LiftSanction {
  readonly #moderation: Moderation;

  constructor(deps: Deps) {
    this.#moderation = deps.moderation;
  }

  execute({ kind, userId, ...act }: Act & { readonly kind: SanctionKind; readonly userId: UserId }): Promise<void> {
    return this.#moderation.perform(act, async (scene) => {
      const { stores, room, nowMs } = scene;
      // Who was silenced by somebody of a higher role does not free themselves.
      await findBelow(scene, userId);
      const sanction = await stores.sanctions.find(room.id, kind, userId);
      if (!sanction || !isInForce(sanction, nowMs)) {
        throw new AppError('NOT_FOUND', { message: `There is no such ${kind}.` });
      }
      await stores.sanctions.lift(room.id, kind, userId);
      return { result: undefined, changes: [{ type: LIFTED[kind], userId }] };
    });
  }
}

function sanctionOf({ room, actor, nowMs }: Scene, kind: SanctionKind, input: ImposeSanctionInput): Sanction {
  const { userId, reason = null, expiresInSeconds } = input;
  return checkRule('reason', () =>
    imposeSanction({
      roomId: room.id,
      userId,
      kind,
      imposedBy: actor.userId,
      reason,
      createdAtMs: nowMs,
      expiresAtMs: expiresInSeconds === undefined ? null : nowMs + expiresInSeconds * 1_000,
    }),
  );
}
