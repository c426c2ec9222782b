import type { ChangeDraft, RoomJournal } from '../../../application/ports/index.ts';
import type { RoomChangeEntry, RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Access } from './access.ts';
import type { MemoryLog } from './memory-log.ts';

/** What one unit of work appends. The log knows nothing of it before `commit`. */
export class InMemoryRoomJournal implements RoomJournal {
  readonly #access: Access;
  readonly #log: MemoryLog;
  readonly #appended: RoomChangeEntry[] = [];
  readonly #redacted: RoomEntry[] = [];

  constructor(deps: { readonly access: Access; readonly log: MemoryLog }) {
    this.#access = deps.access;
    this.#log = deps.log;
  }

  head(roomId: RoomId): Promise<number> {
    return this.#access.read(() => this.#headNow(roomId));
  }

  append(draft: ChangeDraft): Promise<RoomChangeEntry> {
    return this.#access.write(() => {
      const entry = Object.freeze({ ...draft, seq: this.#headNow(draft.roomId) + 1 });
      if (this.#log.byId(entry.id) || this.#appended.some(({ id }) => id === entry.id)) {
        throw new Error('An entry with this id is there already.');
      }
      this.#appended.push(entry);
      return entry;
    });
  }

  redact(_roomId: RoomId, entries: readonly RoomEntry[]): Promise<void> {
    return this.#access.write(() => void this.#redacted.push(...entries.map((entry) => Object.freeze({ ...entry }))));
  }

  commit(): void {
    for (const entry of this.#redacted) this.#log.replace(entry);
    for (const entry of this.#appended) this.#log.push(entry);
  }

  #headNow(roomId: RoomId): number {
    const own = this.#appended.reduce((count, entry) => (entry.roomId === roomId ? count + 1 : count), 0);
    return this.#log.head(roomId) + own;
  }
}
