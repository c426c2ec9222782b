import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { Room, RoomId } from '../../domain/room/room.ts';
import { AppError } from '../errors/app-error.ts';
import type * as ports from '../ports/index.ts';

/** What is in memory at a time: some megabytes if every message is as long as it may be. */
const PAGE = 500;

export interface RoomExport {
  readonly room: Room;
  /** Up to here; what comes later is not in the export. */
  readonly headSeq: number;
  /** The whole log in order, page by page as they are asked for. */
  readonly pages: AsyncIterable<readonly RoomEntry[]>;
}

/** For an operator. Rejects with ROOM_NOT_FOUND. */
export class ExportRoom {
  readonly #deps: Pick<ports.Persistence, 'rooms' | 'log'>;

  constructor(deps: Pick<ports.Persistence, 'rooms' | 'log'>) {
    this.#deps = deps;
  }

  async execute(roomId: RoomId): Promise<RoomExport> {
    const { rooms, log } = this.#deps;
    const room = await rooms.byId(roomId);
    if (!room) throw new AppError('ROOM_NOT_FOUND', { message: 'There is no such room.' });
    const headSeq = await log.head(roomId);
    return { room, headSeq, pages: pagesOf(log, roomId, headSeq) };
  }
}

async function* pagesOf(log: ports.RoomLog, roomId: RoomId, headSeq: number): AsyncGenerator<readonly RoomEntry[]> {
  for (let afterSeq = 0; afterSeq < headSeq; afterSeq += PAGE) {
    yield await log.ranges([{ roomId, afterSeq, toSeq: Math.min(headSeq, afterSeq + PAGE) }]);
  }
}
