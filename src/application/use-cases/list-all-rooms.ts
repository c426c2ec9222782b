import type { Room } from '../../domain/room/room.ts';
import type * as ports from '../ports/index.ts';

export interface RoomOverview {
  readonly room: Room;
  readonly memberCount: number;
  readonly headSeq: number;
}

/** For an operator: every room, private ones included, the newest id first. */
export class ListAllRooms {
  readonly #deps: Pick<ports.Persistence, 'rooms' | 'members' | 'log'>;

  constructor(deps: Pick<ports.Persistence, 'rooms' | 'members' | 'log'>) {
    this.#deps = deps;
  }

  async execute(request: ports.RoomsRequest): Promise<readonly RoomOverview[]> {
    const { rooms, members, log } = this.#deps;
    const page = await rooms.page(request);
    const heads = await log.heads(page.map(({ id }) => id));
    const counts: number[] = [];
    // One after the other: a live server needs its connections more than an operator's list does.
    for (const { id } of page) counts.push(await members.countOfRoom(id));
    return page.map((room, index) => ({
      room,
      memberCount: counts[index] ?? 0,
      headSeq: heads.get(room.id) ?? 0,
    }));
  }
}
