import type { Transaction } from 'sequelize';
import { isMessage, type MessageEntry, type RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Database } from './database.ts';
import { dataOf, tombstoneData } from './log-row.ts';

/** Many messages lose the same in one statement: what is stored instead is equal for all of them. */
export async function redact(
  database: Database,
  roomId: RoomId,
  entries: readonly RoomEntry[],
  transaction: Transaction | null,
): Promise<void> {
  const alike = new Map<string, MessageEntry[]>();
  for (const entry of entries) {
    if (isMessage(entry)) {
      const kind = `${tombstoneData(entry)} ${entry.clientMessageId === null}`;
      alike.set(kind, [...(alike.get(kind) ?? []), entry]);
    } else {
      const sql = "UPDATE room_log SET data = ? WHERE room_id = ? AND seq = ? AND type <> 'message'";
      await database.change(sql, [dataOf(entry), roomId, entry.seq], transaction);
    }
  }
  for (const messages of alike.values()) await redactMessages(database, roomId, messages, transaction);
}

async function redactMessages(
  database: Database,
  roomId: RoomId,
  messages: readonly MessageEntry[],
  transaction: Transaction | null,
): Promise<void> {
  const [first] = messages;
  if (first === undefined) return;
  const key = first.clientMessageId === null ? ', client_message_id = NULL' : '';
  const sql = `UPDATE room_log SET content = NULL, data = ?${key}
    WHERE room_id = ? AND seq IN (?) AND type = 'message'`;
  await database.change(sql, [tombstoneData(first), roomId, messages.map(({ seq }) => seq)], transaction);
}
