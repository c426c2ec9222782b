import { audit } from '../auth/audit.ts';
import type { SessionIssuer, SignedIn } from '../auth/session-issuer.ts';
import type { SignInLimits } from '../auth/sign-in-limits.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

export interface LogInInput {
  readonly email: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
}

interface LogInDeps {
  readonly users: ports.UserStore;
  readonly unitOfWork: ports.UnitOfWork;
  readonly hasher: ports.PasswordHasher;
  readonly issuer: SessionIssuer;
  readonly limits: SignInLimits;
  readonly logger: ports.Logger;
}

export class LogIn {
  readonly #deps: LogInDeps;

  constructor(deps: LogInDeps) {
    this.#deps = deps;
  }

  async execute(input: LogInInput): Promise<SignedIn> {
    const { users, unitOfWork, hasher, issuer, limits, logger } = this.#deps;
    const { user, isRight } = await limits.signIn(input, async () => {
      const user = await users.byEmail(input.email);
      // One answer and one duration for an unknown user and a wrong password: nobody learns who has an account.
      return { user, isRight: await hasher.verify(input.password, user?.passwordHash ?? null) };
    });
    if (!isRight || !user) {
      // Not the address that was typed: people type their password there.
      audit(logger, 'login_failed', { address: input.address, userId: user?.id });
      throw wrongPassword();
    }
    const { session, issued } = issuer.begin(user.id, input.userAgent);
    await unitOfWork.run(async (stores) => {
      // The password may have been changed while the old one was compared: that ended all sessions but this one.
      const now = await stores.users.lock(user.id);
      if (now?.passwordHash !== user.passwordHash) throw wrongPassword();
      // Said to nobody but who knows the password.
      if (now.disabledAtMs !== null) throw disabled();
      await stores.sessions.insert(session);
    });
    audit(logger, 'login', { userId: user.id, sessionId: session.id, address: input.address });
    return { ...issued, user: { id: user.id, email: user.email, username: user.username } };
  }
}

const disabled = () => new AppError('UNAUTHENTICATED', { message: 'This account has been disabled.' });

const wrongPassword = () =>
  new AppError('UNAUTHENTICATED', { message: 'The e-mail address or the password is wrong.' });
