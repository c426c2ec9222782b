import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import { GatheredReads } from '../live/gathered-reads.ts';
import type { RoomFeed } from '../live/room-feed.ts';
import type * as ports from '../ports/index.ts';

interface ConnectDeviceDeps {
  readonly members: ports.MembershipStore;
  readonly broadcaster: ports.RoomBroadcaster;
  readonly feed: RoomFeed;
}

interface RoomList {
  readonly roomIds: readonly RoomId[];
  /** How many rooms had been followed anew when the list was asked for. */
  readonly openings: number;
}

/** A new live connection hears of all rooms of its user from here on. Those that arrive together are read together. */
export class ConnectDevice {
  readonly #deps: ConnectDeviceDeps;
  readonly #lists = new GatheredReads<UserId, RoomList>({ read: (userIds) => this.#open(userIds) });

  constructor(deps: ConnectDeviceDeps) {
    this.#deps = deps;
  }

  async execute({ userId, connectionId }: { readonly userId: UserId; readonly connectionId: string }): Promise<void> {
    const { broadcaster, feed } = this.#deps;
    for (;;) {
      const { roomIds, openings } = await this.#lists.of(userId);
      // The list holds if its rooms were followed when it was read: the feed has told the broadcaster of every change.
      if (feed.hasFollowed(roomIds, openings)) return broadcaster.attach(connectionId, roomIds);
    }
  }

  /** The rooms of each of them, which are followed when this resolves. */
  async #open(userIds: readonly UserId[]): Promise<Map<UserId, RoomList>> {
    const { members, feed } = this.#deps;
    const { openings } = feed;
    const lists = await members.roomIdsOfEach(userIds);
    await feed.open([...new Set([...lists.values()].flat())]);
    return new Map([...lists].map(([userId, roomIds]) => [userId, { roomIds, openings }]));
  }
}
