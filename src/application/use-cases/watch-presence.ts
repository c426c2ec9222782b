import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** A connection names the users whose comings and goings it wants to hear of in rooms of any size. */
export class WatchPresence {
  readonly #broadcaster: ports.RoomBroadcaster;

  constructor(deps: { readonly broadcaster: ports.RoomBroadcaster }) {
    this.#broadcaster = deps.broadcaster;
  }

  execute({ connectionId, userIds }: { readonly connectionId: string; readonly userIds: readonly UserId[] }): void {
    this.#broadcaster.watch(connectionId, userIds);
  }
}
