import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';

/** Of each room that a webhook is behind in, and for which it is known, the entry that is next: since when it waits. */
export class Undelivered {
  readonly #sinceMs = new Map<RoomId, number>();

  note({ roomId, createdAtMs }: Pick<RoomEntry, 'roomId' | 'createdAtMs'>): void {
    this.#sinceMs.set(roomId, createdAtMs);
  }

  knows(roomId: RoomId): boolean {
    return this.#sinceMs.has(roomId);
  }

  delivered(roomId: RoomId): void {
    this.#sinceMs.delete(roomId);
  }

  /** In other rooms nothing waits any more: somebody has moved on, or the room is gone. */
  keep(roomIds: ReadonlySet<RoomId>): void {
    for (const roomId of this.#sinceMs.keys()) if (!roomIds.has(roomId)) this.#sinceMs.delete(roomId);
  }

  /** Null when nothing waits. */
  get oldestMs(): number | null {
    let oldestMs = Number.POSITIVE_INFINITY;
    for (const sinceMs of this.#sinceMs.values()) oldestMs = Math.min(oldestMs, sinceMs);
    return Number.isFinite(oldestMs) ? oldestMs : null;
  }
}
