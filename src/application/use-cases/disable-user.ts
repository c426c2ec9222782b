import type { UserId } from '../../domain/user/user.ts';
import { audit } from '../auth/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { SessionEnds } from '../live/session-ends.ts';
import type * as ports from '../ports/index.ts';

interface DisableUserDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly ends: Pick<SessionEnds, 'carryOut'>;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/**
 * From the answer on nobody signs in to the account, here or by a token of another issuer, and its sessions have ended.
 * What the user wrote stays, and so do the memberships. Rejects with USER_NOT_FOUND.
 */
export class DisableUser {
  readonly #deps: DisableUserDeps;

  constructor(deps: DisableUserDeps) {
    this.#deps = deps;
  }

  /** Resolves to how many sessions this call ended. */
  async execute(userId: UserId): Promise<number> {
    const { unitOfWork, ends, clock, logger } = this.#deps;
    const ended = await ends.carryOut(() =>
      unitOfWork.run(async ({ users, sessions }) => {
        // Whoever signs in at this moment holds the user too, and is either refused or ended here.
        const user = await users.lock(userId);
        if (!user) throw notFound();
        const nowMs = clock.nowMs();
        await users.setDisabled(userId, user.disabledAtMs ?? nowMs);
        return sessions.endAll(userId, nowMs);
      }),
    );
    audit(logger, 'user_disabled', { userId, ended: ended.length });
    return ended.length;
  }
}

/** Undoes it: the user signs in again with the password of before. */
export class EnableUser {
  readonly #deps: Pick<DisableUserDeps, 'logger'> & { readonly users: ports.UserStore };

  constructor(deps: Pick<DisableUserDeps, 'logger'> & { readonly users: ports.UserStore }) {
    this.#deps = deps;
  }

  async execute(userId: UserId): Promise<void> {
    const user = await this.#deps.users.byId(userId);
    if (!user) throw notFound();
    if (user.erasedAtMs !== null) throw new AppError('CONFLICT', { message: 'Whoever is erased does not come back.' });
    await this.#deps.users.setDisabled(userId, null);
    audit(this.#deps.logger, 'user_enabled', { userId });
  }
}

const notFound = () => new AppError('USER_NOT_FOUND', { message: 'There is no such user.' });
