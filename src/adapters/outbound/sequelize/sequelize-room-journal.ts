import type { ChangeDraft, RoomJournal } from '../../../application/ports/index.ts';
import type { RoomChangeEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import { RoomLogTable } from './room-log-table.ts';
import { isDuplicate, LostRace } from './translate-error.ts';
import type { UnitScope } from './unit-scope.ts';

export class SequelizeRoomJournal implements RoomJournal {
  readonly #scope: UnitScope;
  readonly #table: RoomLogTable;

  constructor(scope: UnitScope) {
    this.#scope = scope;
    this.#table = new RoomLogTable(scope.database);
  }

  async head(roomId: RoomId): Promise<number> {
    return this.#scope.read((transaction) => this.#table.head(roomId, transaction));
  }

  async append(draft: ChangeDraft): Promise<RoomChangeEntry> {
    this.#scope.locking(draft.roomId);
    return this.#scope.write(async (transaction) => {
      const seq = (await this.#table.head(draft.roomId, transaction)) + 1;
      const entry: RoomChangeEntry = { ...draft, seq };
      try {
        await this.#table.insert([entry], transaction);
      } catch (error) {
        // Messages do not take the room's lock, so one may have come in between. The unit runs again.
        throw isDuplicate(error) ? new LostRace('Another writer took the next seq of the room.') : error;
      }
      this.#scope.appended(draft.roomId, seq);
      return entry;
    });
  }
}
