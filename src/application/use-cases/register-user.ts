import { registerUser, type UserId } from '../../domain/user/user.ts';
import { audit } from '../auth/audit.ts';
import type { PasswordPolicy } from '../auth/password-policy.ts';
import type { SessionIssuer, SignedIn } from '../auth/session-issuer.ts';
import type { SignInLimits } from '../auth/sign-in-limits.ts';
import { checkRule } from '../errors/check-rule.ts';
import type * as ports from '../ports/index.ts';

export interface RegisterUserInput {
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly address: string;
  readonly userAgent: string;
}

interface RegisterUserDeps {
  readonly unitOfWork: ports.UnitOfWork;
  readonly hasher: ports.PasswordHasher;
  readonly issuer: SessionIssuer;
  readonly limits: SignInLimits;
  readonly passwords: PasswordPolicy;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

export class RegisterUser {
  readonly #deps: RegisterUserDeps;

  constructor(deps: RegisterUserDeps) {
    this.#deps = deps;
  }

  async execute(input: RegisterUserInput): Promise<SignedIn> {
    const { unitOfWork, hasher, issuer, limits, passwords, ids, clock, logger } = this.#deps;
    passwords.check('password', input.password, input);
    const draft = checkRule('username', () =>
      registerUser({
        id: ids.uuid() as UserId,
        email: input.email,
        username: input.username,
        passwordHash: '',
        createdAtMs: clock.nowMs(),
        lastSeenAtMs: null,
        disabledAtMs: null,
        erasedAtMs: null,
      }),
    );
    const passwordHash = await limits.register(input.address, () => hasher.hash(input.password));
    const user = { ...draft, passwordHash };
    const { session, issued } = issuer.begin(user.id, input.userAgent);
    await unitOfWork.run(async (stores) => {
      await stores.users.insert(user);
      await stores.sessions.insert(session);
    });
    limits.ownerIsAt(input);
    audit(logger, 'register', { userId: user.id, sessionId: session.id, address: input.address });
    return { ...issued, user: { id: user.id, email: user.email, username: user.username } };
  }
}
