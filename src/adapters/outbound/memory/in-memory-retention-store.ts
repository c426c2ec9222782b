import type { RetentionRequest, RetentionStore, RoomRetention } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Access } from './access.ts';
import type { MemoryTables } from './memory-tables.ts';

export class InMemoryRetentionStore implements RetentionStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;
  readonly #days = new Map<RoomId, number | null>();
  readonly #doneSeqs = new Map<RoomId, number>();
  #holder: { readonly name: string; readonly untilMs: number } | null = null;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  setDays(roomId: RoomId, days: number | null): Promise<boolean> {
    return this.#access.write(() => {
      if (!this.#tables.rooms.has(roomId)) return false;
      this.#days.set(roomId, days);
      return true;
    });
  }

  page({ afterId, limit, all }: RetentionRequest): Promise<readonly RoomRetention[]> {
    return this.#access.read(() => {
      const rooms = this.#tables.rooms.values().filter(({ id }) => afterId === undefined || id > afterId);
      return rooms
        .map(({ id, createdBy }) => {
          const [days, doneSeq] = [this.#days.get(id) ?? null, this.#doneSeqs.get(id) ?? 0];
          return { roomId: id, createdBy, days, doneSeq };
        })
        .filter(({ days }) => all || days !== null)
        .sort((a, b) => (a.roomId < b.roomId ? -1 : 1))
        .slice(0, limit);
    });
  }

  advance(roomId: RoomId, doneSeq: number): Promise<void> {
    return this.#access.write(() => {
      this.#doneSeqs.set(roomId, Math.max(doneSeq, this.#doneSeqs.get(roomId) ?? 0));
    });
  }

  lease(name: string, { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number }): Promise<boolean> {
    return this.#access.write(() => {
      if (this.#holder !== null && this.#holder.name !== name && this.#holder.untilMs > nowMs) return false;
      this.#holder = { name, untilMs };
      return true;
    });
  }
}
