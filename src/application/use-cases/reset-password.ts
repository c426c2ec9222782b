import type { UserId } from '../../domain/user/user.ts';
import { audit } from '../auth/audit.ts';
import type { PasswordPolicy } from '../auth/password-policy.ts';
import { AppError } from '../errors/app-error.ts';
import type { SessionEnds } from '../live/session-ends.ts';
import type * as ports from '../ports/index.ts';

export interface ResetPasswordInput {
  readonly userId: UserId;
  readonly password: string;
}

interface ResetPasswordDeps {
  readonly users: ports.UserStore;
  readonly unitOfWork: ports.UnitOfWork;
  readonly hasher: ports.PasswordHasher;
  readonly passwords: PasswordPolicy;
  readonly ends: Pick<SessionEnds, 'carryOut'>;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/**
 * For an operator, who need not know the password of before. Ends every session of the user, and tokens of another
 * issuer that were issued until now. Rejects with USER_NOT_FOUND, and with VALIDATION_FAILED about the password.
 */
export class ResetPassword {
  readonly #deps: ResetPasswordDeps;

  constructor(deps: ResetPasswordDeps) {
    this.#deps = deps;
  }

  /** Resolves to how many sessions this call ended. */
  async execute({ userId, password }: ResetPasswordInput): Promise<number> {
    const { users, unitOfWork, hasher, passwords, ends, clock, logger } = this.#deps;
    const user = await users.byId(userId);
    if (!user) throw notFound();
    passwords.check('password', password, user);
    const to = await hasher.hash(password);
    const ended = await ends.carryOut(() =>
      unitOfWork.run(async (stores) => {
        const now = await stores.users.lock(userId);
        if (!now) throw notFound();
        await stores.users.setPasswordHash(userId, { from: now.passwordHash, to });
        const nowMs = clock.nowMs();
        await stores.identities.endTokens(userId, nowMs);
        return stores.sessions.endAll(userId, nowMs);
      }),
    );
    audit(logger, 'password_reset', { userId, ended: ended.length });
    return ended.length;
  }
}

const notFound = () => new AppError('USER_NOT_FOUND', { message: 'There is no such user.' });
