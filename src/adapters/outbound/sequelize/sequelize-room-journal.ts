import type { Transaction } from 'sequelize';
import type { ChangeDraft, RoomJournal } from '../../../application/ports/index.ts';
import type { RoomChangeEntry, RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import { redact } from './log-redaction.ts';
import { RoomLogTable } from './room-log-table.ts';
import { isDuplicate, LostRace } from './translate-error.ts';
import type { UnitScope } from './unit-scope.ts';

const RACES_MAX = 10;

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
    const seq = await this.#scope.write((transaction) => this.#take(draft, transaction));
    this.#scope.appended(draft.roomId, seq);
    return { ...draft, seq };
  }

  async redact(roomId: RoomId, entries: readonly RoomEntry[]): Promise<void> {
    const { database } = this.#scope;
    await this.#scope.write((transaction) => redact(database, roomId, entries, transaction));
  }

  /**
   * Messages do not take the room's lock, so one that is being written by another node may have the seq already. That
   * undoes the statement only; as soon as this entry is in, the other node waits for us.
   */
  async #take(draft: ChangeDraft, transaction: Transaction | null): Promise<number> {
    for (let race = 1; race <= RACES_MAX; race += 1) {
      try {
        return await this.#table.insertNext(draft, transaction);
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    }
    throw new LostRace('Other writers were faster every time.');
  }
}
