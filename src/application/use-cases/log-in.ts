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
  readonly sessions: ports.SessionStore;
  readonly hasher: ports.PasswordHasher;
  readonly issuer: SessionIssuer;
  readonly limits: SignInLimits;
}

export class LogIn {
  readonly #deps: LogInDeps;

  constructor(deps: LogInDeps) {
    this.#deps = deps;
  }

  async execute(input: LogInInput): Promise<SignedIn> {
    const { users, sessions, hasher, issuer, limits } = this.#deps;
    await limits.admitAddress(input.address);
    await limits.admitAttempt(input.email, input.address);
    const user = await users.byEmail(input.email);
    // One answer and one duration for an unknown user and a wrong password: nobody learns who has an account.
    if (!(await hasher.verify(input.password, user?.passwordHash ?? null)) || !user) {
      throw new AppError('UNAUTHENTICATED', { message: 'The e-mail address or the password is wrong.' });
    }
    await limits.succeeded(input.email, input.address);
    const { session, issued } = issuer.begin(user.id, input.userAgent);
    await sessions.insert(session);
    return { ...issued, user: { id: user.id, email: user.email, username: user.username } };
  }
}
