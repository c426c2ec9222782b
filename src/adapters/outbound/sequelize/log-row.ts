import type { MessageId } from '../../../domain/message/message.ts';
import type { EntryPosition, MessageEntry, RoomChangeEntry, RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import { msOf, timeText, type Dialect, type StoredTime } from './stored-time.ts';

/** A row of `room_log`. */
export interface LogRow {
  readonly room_id: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly actor_id: string;
  readonly client_message_id: string | null;
  readonly content: string | null;
  readonly data: string | null;
  readonly created_at: StoredTime;
}

// In MySQL a client's key is binary and would arrive as a Buffer.
export const COLUMNS: Record<Dialect, string> = {
  mysql:
    'room_id, seq, id, type, actor_id, CONVERT(client_message_id USING utf8mb4) AS client_message_id, ' +
    'content, data, created_at',
  sqlite: 'room_id, seq, id, type, actor_id, client_message_id, content, data, created_at',
};

/** In the order of the columns of an INSERT. */
export function valuesOf(entry: RoomEntry, dialect: Dialect): (string | number | null)[] {
  const { id, roomId, seq, actorId, createdAtMs, type } = entry;
  const at = timeText(createdAtMs, dialect);
  if (type === 'message') return [roomId, seq, id, type, actorId, entry.clientMessageId, entry.content, null, at];
  return [roomId, seq, id, type, actorId, null, null, dataOf(entry), at];
}

// These have columns of their own.
const PLACED = new Set(['id', 'roomId', 'seq', 'actorId', 'createdAtMs', 'type']);

export const dataOf = (entry: RoomChangeEntry): string =>
  JSON.stringify(Object.fromEntries(Object.entries(entry).filter(([field]) => !PLACED.has(field))));

export function toEntry(row: LogRow): RoomEntry {
  const position: EntryPosition = {
    id: row.id as MessageId,
    roomId: row.room_id as RoomId,
    seq: Number(row.seq),
    actorId: row.actor_id as UserId,
    createdAtMs: msOf(row.created_at),
  };
  if (row.type !== 'message')
    return { ...position, type: row.type, ...JSON.parse(row.data ?? '{}') } as RoomChangeEntry;
  const { content, client_message_id: clientMessageId } = row;
  // What the version before reads of a message without a text is an empty one.
  if (row.data !== null)
    return { ...position, type: 'message', content: '', clientMessageId, ...(JSON.parse(row.data) as Tombstone) };
  return { ...position, type: 'message', content: content ?? '', clientMessageId };
}

type Tombstone = Required<Pick<MessageEntry, 'erasedAtMs'>>;

/** The column `data` of a message without a text. */
export const tombstoneData = ({ erasedAtMs = 0 }: MessageEntry): string =>
  JSON.stringify({ erasedAtMs } satisfies Tombstone);
