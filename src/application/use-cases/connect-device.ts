import type { UserId } from '../../domain/user/user.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type * as ports from '../ports/index.ts';

interface ConnectDeviceDeps {
  readonly members: ports.MembershipStore;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly feed: RoomFeed;
}

/** A new live connection hears of all rooms of its user from here on. */
export class ConnectDevice {
  readonly #deps: ConnectDeviceDeps;

  constructor(deps: ConnectDeviceDeps) {
    this.#deps = deps;
  }

  async execute({ userId, connectionId }: { readonly userId: UserId; readonly connectionId: string }): Promise<void> {
    const { members, broadcaster, feed } = this.#deps;
    for (;;) {
      const { openings } = feed;
      const roomIds = await members.roomIdsOf(userId);
      await feed.open(roomIds);
      // The list holds if its rooms were followed when it was read: the feed has told the broadcaster of every change.
      if (feed.hasFollowed(roomIds, openings)) return broadcaster.attach(connectionId, roomIds);
    }
  }
}
