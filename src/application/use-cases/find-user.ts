import type { User, UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whom an operator means: by id, e-mail address or username. Rejects with USER_NOT_FOUND. */
export class FindUser {
  readonly #users: ports.UserStore;

  constructor(deps: { readonly users: ports.UserStore }) {
    this.#users = deps.users;
  }

  async execute(who: string): Promise<User> {
    const byId = ID.test(who) ? await this.#users.byId(who.toLowerCase() as UserId) : null;
    // A username may look like anything.
    const user = byId ?? (await this.#users.byEmail(who)) ?? (await this.#users.byUsername(who));
    if (!user) throw new AppError('USER_NOT_FOUND', { message: 'There is no user with this id, e-mail or username.' });
    return user;
  }
}
