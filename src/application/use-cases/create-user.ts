import { registerUser, type User, type UserId } from '../../domain/user/user.ts';
import { audit } from '../auth/audit.ts';
import type { PasswordPolicy } from '../auth/password-policy.ts';
import { checkRule } from '../errors/check-rule.ts';
import type * as ports from '../ports/index.ts';

export interface CreateUserInput {
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

interface CreateUserDeps {
  readonly users: ports.UserStore;
  readonly hasher: ports.PasswordHasher;
  readonly passwords: PasswordPolicy;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
}

/** An account that an operator makes for somebody: nobody is signed in. Rules and rejections are RegisterUser's. */
export class CreateUser {
  readonly #deps: CreateUserDeps;

  constructor(deps: CreateUserDeps) {
    this.#deps = deps;
  }

  async execute({ email, username, password }: CreateUserInput): Promise<User> {
    const { users, hasher, passwords, ids, clock, logger } = this.#deps;
    passwords.check('password', password, { email, username });
    const times = { createdAtMs: clock.nowMs(), lastSeenAtMs: null, disabledAtMs: null, erasedAtMs: null };
    const draft = checkRule('username', () =>
      registerUser({ id: ids.uuid() as UserId, email, username, passwordHash: '', ...times }),
    );
    const user = { ...draft, passwordHash: await hasher.hash(password) };
    await users.insert(user);
    audit(logger, 'user_created', { userId: user.id });
    return user;
  }
}
