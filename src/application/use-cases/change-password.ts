import type { SessionId } from '../../domain/session/session.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { PasswordPolicy } from '../auth/password-policy.ts';
import type { SignInLimits } from '../auth/sign-in-limits.ts';
import { audit } from '../auth/audit.ts';
import { AppError } from '../errors/app-error.ts';
import type { SessionEnds } from '../live/session-ends.ts';
import type * as ports from '../ports/index.ts';

export interface ChangePasswordInput {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly address: string;
}

interface ChangePasswordDeps {
  readonly users: ports.UserStore;
  readonly unitOfWork: ports.UnitOfWork;
  readonly hasher: ports.PasswordHasher;
  readonly passwords: PasswordPolicy;
  readonly limits: SignInLimits;
  readonly ends: SessionEnds;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** Ends every other session: whoever knew the old password is out. */
export class ChangePassword {
  readonly #deps: ChangePasswordDeps;

  constructor(deps: ChangePasswordDeps) {
    this.#deps = deps;
  }

  async execute(input: ChangePasswordInput): Promise<void> {
    const { users, unitOfWork, hasher, passwords, limits, ends, clock, logger } = this.#deps;
    const { userId, sessionId, address } = input;
    const user = await users.byId(userId);
    if (user) passwords.check('newPassword', input.newPassword, user);
    // Whoever has got hold of a live session must not guess on without a limit.
    const { isRight, passwordHash } = await limits.confirm(userId, async () => {
      const isRight = await hasher.verify(input.currentPassword, user?.passwordHash ?? null);
      return { isRight, passwordHash: isRight ? await hasher.hash(input.newPassword) : '' };
    });
    if (!user || !isRight) {
      audit(logger, 'password_change_failed', { userId, sessionId, address });
      throw wrongPassword();
    }
    const change = { from: user.passwordHash, to: passwordHash };
    const ended = await ends.carryOut(() =>
      unitOfWork.run(async (stores) => {
        // Somebody else may have changed it meanwhile, and what was compared is the current password no longer.
        if (!(await stores.users.setPasswordHash(user.id, change))) throw wrongPassword();
        return stores.sessions.endAll(user.id, clock.nowMs(), sessionId);
      }),
    );
    audit(logger, 'password_changed', { userId, sessionId, address, ended: ended.length });
  }
}

const wrongPassword = () => new AppError('FORBIDDEN', { message: 'The current password is wrong.' });
