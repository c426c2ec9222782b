import type { UserId } from '../../domain/user/user.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type * as ports from '../ports/index.ts';
import type { TrackPresence } from './track-presence.ts';

interface ConnectDeviceDeps {
  readonly members: ports.MembershipStore;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly feed: RoomFeed;
  readonly trackPresence: TrackPresence;
}

/** A new live connection hears of all rooms of its user from here on. */
export class ConnectDevice {
  readonly #deps: ConnectDeviceDeps;

  constructor(deps: ConnectDeviceDeps) {
    this.#deps = deps;
  }

  async execute({ userId, connectionId }: { readonly userId: UserId; readonly connectionId: string }): Promise<void> {
    const { members, broadcaster, feed, trackPresence } = this.#deps;
    const roomIds = await members.roomIdsOf(userId);
    // Attached first, followed second: what is committed in between is delivered, never missed.
    broadcaster.attach(connectionId, roomIds);
    await feed.open(roomIds);
    await trackPresence.execute({ type: 'connected', userId, connectionId });
  }
}
