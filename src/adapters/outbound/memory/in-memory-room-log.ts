import type {
  Appended,
  LogRange,
  MessageDraft,
  MessagePageRequest,
  RoomLog,
} from '../../../application/ports/index.ts';
import { AppError } from '../../../application/errors/app-error.ts';
import type { MessageId } from '../../../domain/message/message.ts';
import { isMessage, type MessageEntry, type RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import type { MemoryLog } from './memory-log.ts';
import { memberKey, type MemoryTables } from './memory-tables.ts';

export class InMemoryRoomLog implements RoomLog {
  readonly #access: Access;
  readonly #tables: MemoryTables;
  readonly #log: MemoryLog;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables; readonly log: MemoryLog }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
    this.#log = deps.log;
  }

  append(draft: MessageDraft): Promise<Appended> {
    return this.#access.write(() => {
      const { roomId, senderId, clientMessageId, id, content, createdAtMs } = draft;
      const first = clientMessageId === null ? undefined : this.#log.byClientKey(roomId, senderId, clientMessageId);
      if (first) return { entry: first, deduplicated: true };
      if (this.#tables.formerMembers.has(memberKey(roomId, senderId))) throw new AppError('NOT_A_MEMBER');
      const seq = this.#log.head(roomId) + 1;
      const position = { id, roomId, seq, actorId: senderId, createdAtMs };
      const entry: MessageEntry = Object.freeze({ ...position, type: 'message', content, clientMessageId });
      this.#log.push(entry);
      return { entry, deduplicated: false };
    });
  }

  findByClientMessageId(roomId: RoomId, senderId: UserId, clientMessageId: string): Promise<MessageEntry | null> {
    return this.#access.read(() => this.#log.byClientKey(roomId, senderId, clientMessageId) ?? null);
  }

  head(roomId: RoomId): Promise<number> {
    return this.#access.read(() => this.#log.head(roomId));
  }

  heads(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>> {
    return this.#access.read(() => {
      const heads = roomIds.map((roomId) => [roomId, this.#log.head(roomId)] as const);
      return new Map(heads.filter(([, head]) => head > 0));
    });
  }

  ranges(ranges: readonly LogRange[]): Promise<readonly RoomEntry[]> {
    return this.#access.read(() => {
      const ordered = ranges.toSorted((a, b) => a.afterSeq - b.afterSeq);
      const found = ordered.flatMap(({ roomId, afterSeq, toSeq }) => this.#log.of(roomId).slice(afterSeq, toSeq));
      // Entries are kept as they are, so that overlapping ranges find the same ones.
      return [...new Set(found)];
    });
  }

  messages({ roomId, beforeSeq, afterSeq, limit }: MessagePageRequest): Promise<readonly MessageEntry[]> {
    return this.#access.read(() => {
      const entries = this.#log.of(roomId);
      if (afterSeq !== undefined) return collect(entries, { from: afterSeq, step: 1, limit });
      const last = Math.min(beforeSeq ?? Number.POSITIVE_INFINITY, entries.length + 1) - 1;
      return collect(entries, { from: last - 1, step: -1, limit }).reverse();
    });
  }

  tracesOf({ roomId, afterSeq, toSeq }: LogRange, userId: UserId): Promise<readonly RoomEntry[]> {
    return this.#access.read(() => {
      const entries = this.#log.of(roomId).slice(afterSeq, toSeq);
      return entries.filter((entry) => entry.actorId === userId || ('userId' in entry && entry.userId === userId));
    });
  }

  byId(id: MessageId): Promise<RoomEntry | null> {
    return this.#access.read(() => this.#log.byId(id) ?? null);
  }

  at(roomId: RoomId, seq: number): Promise<RoomEntry | null> {
    return this.#access.read(() => this.#log.of(roomId)[seq - 1] ?? null);
  }
}

interface Walk {
  readonly from: number;
  readonly step: 1 | -1;
  readonly limit: number;
}

/** The messages that are met first from an index on; other entries are stepped over. */
function collect(entries: readonly RoomEntry[], { from, step, limit }: Walk): MessageEntry[] {
  const found: MessageEntry[] = [];
  for (let index = from; found.length < limit; index += step) {
    const entry = entries[index];
    if (entry === undefined) break;
    if (isMessage(entry)) found.push(entry);
  }
  return found;
}
