import type { ReceiptStore } from '../../../../application/ports/index.ts';
import type { RoomId } from '../../../../domain/room/room.ts';
import type { UserId } from '../../../../domain/user/user.ts';
import type { FoundingMarks } from './founding-rows.ts';
import type { FoundingSource } from './founding-source.ts';
import { entryId } from './founding-values.ts';
import type { ImportTables } from './import-tables.ts';

interface StateDeps {
  readonly source: FoundingSource;
  readonly tables: ImportTables;
  readonly receipts: ReceiptStore;
}

/** What was imported differs from what is in the source. */
export interface Mismatch {
  readonly roomId: string;
  readonly what: string;
}

const AT_A_TIME = 200;

/** What belongs to a room when its history is there: how far its members have read, and whether all of it came. */
export class ImportRoomsState {
  readonly #deps: StateDeps;

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  /** The receipts of messages become the two watermarks of each member. Resolves to how many members had any. */
  async marks(roomIds: readonly string[]): Promise<number> {
    const { source, receipts } = this.#deps;
    const marks = await source.marks(roomIds);
    const seqs = await this.#seqsOf(marks);
    const seqOf = (id: string | null) => (id === null ? 0 : (seqs.get(id) ?? 0));
    for (let at = 0; at < marks.length; at += AT_A_TIME) {
      const reports = marks.slice(at, at + AT_A_TIME).map(({ roomId, userId, deliveredId, readId }) => {
        const readSeq = seqOf(readId);
        const deliveredSeq = Math.max(readSeq, seqOf(deliveredId));
        return receipts.advance({ roomId: roomId as RoomId, userId: userId as UserId, deliveredSeq, readSeq });
      });
      await Promise.all(reports);
    }
    return marks.length;
  }

  /** Every message and every membership of the source is there, and the log has no gap. */
  async verify(roomIds: readonly string[]): Promise<readonly Mismatch[]> {
    const { source, tables } = this.#deps;
    const [wanted, found] = [await source.countsOf(roomIds), await tables.totalsOf(roomIds)];
    return roomIds.flatMap((roomId): Mismatch[] => {
      const { messages, members } = wanted.get(roomId) ?? { messages: 0, members: 0 };
      const { entries = 0, headSeq = 0, messages: sent = 0, joins = 0 } = found.get(roomId) ?? {};
      const problems = [
        // A live room may have got more since.
        ...(sent < messages ? [`${sent} of ${messages} messages`] : []),
        ...(joins < members ? [`${joins} of ${members} members`] : []),
        ...(entries !== headSeq ? [`${entries} entries up to ${headSeq}`] : []),
      ];
      return problems.map((what) => ({ roomId, what }));
    });
  }

  /** A room in which nothing ever happened has a log all the same, which says that it was made. */
  async begin(roomIds: readonly string[]): Promise<void> {
    const { database } = this.#deps.tables;
    const sql = `INSERT INTO room_log (room_id, seq, id, type, actor_id, client_message_id, content, data, created_at)
      SELECT r.id, 1, ?, 'room_created', r.created_by, NULL, NULL, ?, r.created_at FROM rooms r WHERE r.id = ?`;
    const begun = await this.#deps.tables.totalsOf(roomIds);
    const empty = roomIds.filter((id) => !begun.has(id));
    if (empty.length === 0) return;
    const rows = await database.rows<{ id: string; name: string; is_private: number | boolean }>(
      'SELECT id, name, is_private FROM rooms WHERE id IN (?)',
      [empty],
    );
    for (const { id, name, is_private: isPrivate } of rows) {
      const data = JSON.stringify({ name, isPrivate: Boolean(isPrivate) });
      await database.exclusively(() => database.change(sql, [entryId('room_created', id), data, id]));
    }
  }

  async #seqsOf(marks: readonly FoundingMarks[]): Promise<ReadonlyMap<string, number>> {
    const ids = [...new Set(marks.flatMap(({ deliveredId, readId }) => [deliveredId, readId]))].filter(
      (id) => id !== null,
    );
    const seqs = new Map<string, number>();
    for (let at = 0; at < ids.length; at += 1_000) {
      const sql = 'SELECT id, seq FROM room_log WHERE id IN (?)';
      const some = ids.slice(at, at + 1_000);
      const rows = await this.#deps.tables.database.rows<{ id: string; seq: number }>(sql, [some]);
      for (const { id, seq } of rows) seqs.set(id, Number(seq));
    }
    return seqs;
  }
}
