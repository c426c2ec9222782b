import type { RoomId } from '../../domain/room/room.ts';
import type { Sanction, SanctionKind } from '../../domain/room/sanction.ts';
import type { UserId } from '../../domain/user/user.ts';
import type { RoomAccess } from '../access/room-access.ts';
import type * as ports from '../ports/index.ts';

export interface ListSanctionsInput {
  readonly roomId: RoomId;
  readonly userId: UserId;
  readonly kind: SanctionKind;
  readonly afterUserId?: UserId | undefined;
  readonly limit: number;
}

export interface SanctionView extends Sanction {
  /** Of the one it is imposed on. */
  readonly username: string;
}

interface ListSanctionsDeps {
  readonly sanctions: ports.SanctionStore;
  readonly users: ports.UserStore;
  readonly access: RoomAccess;
  readonly clock: ports.Clock;
}

/** The bans or the mutes that are in force in a room, ascending by user id, for those who moderate it. */
export class ListSanctions {
  readonly #deps: ListSanctionsDeps;

  constructor(deps: ListSanctionsDeps) {
    this.#deps = deps;
  }

  async execute(input: ListSanctionsInput): Promise<{ sanctions: readonly SanctionView[]; hasMore: boolean }> {
    const { sanctions, users, access, clock } = this.#deps;
    const { roomId, userId, kind, afterUserId, limit } = input;
    await access.requireModerator(roomId, userId);
    const after = afterUserId === undefined ? {} : { afterUserId };
    const found = await sanctions.ofRoom({ roomId, kind, nowMs: clock.nowMs(), limit: limit + 1, ...after });
    const page = found.slice(0, limit);
    const names = await usernames(users, page);
    const views = page.map((sanction) => ({ ...sanction, username: names.get(sanction.userId) ?? '' }));
    return { sanctions: views, hasMore: found.length > limit };
  }
}

/** By user id. Whoever is not known has none. */
export async function usernames(
  users: ports.UserStore,
  people: readonly { readonly userId: UserId }[],
): Promise<ReadonlyMap<UserId, string>> {
  const found = await users.byIds(people.map(({ userId }) => userId));
  return new Map(found.map(({ id, username }) => [id, username]));
}
