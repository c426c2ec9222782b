import type { MessageId } from '../../../domain/message/message.ts';
import { isMessage, type MessageEntry, type RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';

const NONE: readonly never[] = Object.freeze([]);

/** The committed entries of every room. The array of a room holds seq n at index n - 1, so a range is a slice. */
export class MemoryLog {
  readonly #rooms = new Map<RoomId, RoomEntry[]>();
  readonly #byId = new Map<MessageId, RoomEntry>();
  readonly #byClientKey = new Map<string, MessageEntry>();

  head(roomId: RoomId): number {
    return this.of(roomId).length;
  }

  of(roomId: RoomId): readonly RoomEntry[] {
    return this.#rooms.get(roomId) ?? NONE;
  }

  byId(id: MessageId): RoomEntry | undefined {
    return this.#byId.get(id);
  }

  byClientKey(roomId: RoomId, senderId: UserId, clientMessageId: string): MessageEntry | undefined {
    return this.#byClientKey.get(clientKey(roomId, senderId, clientMessageId));
  }

  /** Drops the whole log of the room and tells how many entries it had. */
  forget(roomId: RoomId): number {
    const entries = this.of(roomId);
    this.#rooms.delete(roomId);
    for (const entry of entries) {
      this.#byId.delete(entry.id);
      if (isMessage(entry)) this.#byClientKey.delete(clientKey(roomId, entry.actorId, entry.clientMessageId ?? ''));
    }
    return entries.length;
  }

  /** Puts what is left of an entry in its place. */
  replace(entry: RoomEntry): void {
    const before = this.#byId.get(entry.id);
    if (before?.seq !== entry.seq) throw new Error('There is no such entry in this place.');
    this.#rooms.get(entry.roomId)?.splice(entry.seq - 1, 1, entry);
    this.#byId.set(entry.id, entry);
    if (!isMessage(entry) || !isMessage(before) || before.clientMessageId === null) return;
    const key = clientKey(entry.roomId, entry.actorId, before.clientMessageId);
    if (entry.clientMessageId === null) this.#byClientKey.delete(key);
    else this.#byClientKey.set(key, entry);
  }

  /** Takes the entry whose seq is next; any other would leave a gap or hide an entry. */
  push(entry: RoomEntry): void {
    if (entry.seq !== this.head(entry.roomId) + 1) throw new Error('An entry must take the next seq of its room.');
    if (this.#byId.has(entry.id)) throw new Error('An entry with this id is there already.');
    const room = this.#rooms.get(entry.roomId);
    if (room) room.push(entry);
    else this.#rooms.set(entry.roomId, [entry]);
    this.#byId.set(entry.id, entry);
    if (!isMessage(entry) || entry.clientMessageId === null) return;
    this.#byClientKey.set(clientKey(entry.roomId, entry.actorId, entry.clientMessageId), entry);
  }
}

// Ids hold no slash, so the three parts cannot run into each other whatever the client made up.
const clientKey = (roomId: RoomId, senderId: UserId, clientMessageId: string) =>
  `${roomId}/${senderId}/${clientMessageId}`;
