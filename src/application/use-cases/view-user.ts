import type { User, UserId } from '../../domain/user/user.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

interface ViewUserDeps {
  readonly users: ports.UserStore;
  readonly members: ports.MembershipStore;
  readonly presence: ports.PresenceRegistry;
}

export interface UserProfile {
  readonly user: User;
  readonly online: boolean;
}

/** Only for the user and for those who share a room with them; for everybody else there is no such user. */
export class ViewUser {
  readonly #deps: ViewUserDeps;

  constructor(deps: ViewUserDeps) {
    this.#deps = deps;
  }

  async execute(input: { readonly callerId: UserId; readonly userId: UserId }): Promise<UserProfile> {
    const { users, members, presence } = this.#deps;
    const self = input.callerId === input.userId;
    const visible = self || (await members.shareRoom(input.callerId, input.userId));
    const user = visible ? await users.byId(input.userId) : null;
    if (!user) throw new AppError('USER_NOT_FOUND');
    const online = await presence.onlineAmong([user.id]);
    return { user, online: online.has(user.id) };
  }
}
