import type {
  Appended,
  LogRange,
  MessageDraft,
  MessagePageRequest,
  RoomLog,
} from '../../../application/ports/index.ts';
import type { MessageId } from '../../../domain/message/message.ts';
import { isMessage, type MessageEntry, type RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { LogWriter } from './log-writer.ts';
import { LruMap } from './lru-map.ts';
import { RoomLogTable } from './room-log-table.ts';
import type { Scope } from './scope.ts';
import type { StorageWatch } from './storage-watch.ts';

const KEYS_REMEMBERED = 20_000;
const ROW_OVERHEAD_CHARS = 300;

export class SequelizeRoomLog implements RoomLog {
  readonly #scope: Scope;
  readonly #table: RoomLogTable;
  readonly #writer: LogWriter;
  readonly #commits: GroupCommit<MessageDraft, Appended>;
  /**
   * What became of sends under a client's key, so that a repeat need not fail a batch to be recognised: the seq of the
   * committed message, or the send that is not settled yet.
   */
  readonly #sends = new LruMap<string, number | Promise<Appended>>(KEYS_REMEMBERED);

  constructor(scope: Scope, options: GroupCommitOptions, watch: StorageWatch) {
    this.#scope = scope;
    this.#table = new RoomLogTable(scope.database);
    this.#writer = new LogWriter(scope.database, this.#table, (roomId) => this.hold(roomId));
    this.#commits = new GroupCommit({
      ...options,
      keyOf: ({ roomId }) => roomId,
      charsOf: ({ content }) => content.length + ROW_OVERHEAD_CHARS,
      write: (sends) => this.#writer.write(sends),
      tracer: watch.tracer,
      wrote: (messages, ms) => watch.probe?.batch(messages, ms),
    });
  }

  /** Messages that wait for their batch. */
  get waiting(): number {
    return this.#commits.waiting;
  }

  append(draft: MessageDraft): Promise<Appended> {
    const { roomId, senderId, clientMessageId } = draft;
    if (clientMessageId === null) return this.#commits.submit(draft);
    const key = inOnePiece(`${roomId}/${senderId}/${clientMessageId}`);
    const known = this.#sends.get(key);
    if (typeof known === 'number') return this.#again(roomId, known);
    if (known !== undefined) return known.then(({ entry }) => ({ entry, deduplicated: true }));
    const appended = this.#commits.submit(draft);
    this.#sends.set(key, appended);
    appended.then(
      ({ entry }) => this.#sends.set(key, entry.seq),
      () => this.#sends.delete(key),
    );
    return appended;
  }

  async findByClientMessageId(roomId: RoomId, senderId: UserId, clientMessageId: string): Promise<MessageEntry | null> {
    const where = 'WHERE room_id = ? AND actor_id = ? AND client_message_id = ?';
    const [entry] = await this.#select(where, [roomId, senderId, clientMessageId]);
    return entry !== undefined && isMessage(entry) ? entry : null;
  }

  async head(roomId: RoomId): Promise<number> {
    return this.#scope.read((transaction) => this.#table.head(roomId, transaction));
  }

  async heads(roomIds: readonly RoomId[]): Promise<ReadonlyMap<RoomId, number>> {
    return this.#scope.read((transaction) => this.#table.heads(roomIds, transaction));
  }

  async ranges(ranges: readonly LogRange[]): Promise<readonly RoomEntry[]> {
    return this.#scope.read((transaction) => this.#table.ranges(ranges, transaction));
  }

  async messages({ roomId, beforeSeq, afterSeq, limit }: MessagePageRequest): Promise<readonly MessageEntry[]> {
    const onwards = afterSeq !== undefined;
    const bound = onwards ? 'AND seq > ?' : beforeSeq === undefined ? '' : 'AND seq < ?';
    const values = [roomId, ...[afterSeq ?? beforeSeq ?? []].flat(), limit];
    const order = onwards ? 'ASC' : 'DESC';
    const where = `WHERE room_id = ? AND type = 'message' ${bound} ORDER BY room_id ${order}, seq ${order} LIMIT ?`;
    const page = await this.#scope.read((transaction) => this.#table.inOrder(where, values, transaction));
    const messages = page.filter(isMessage);
    return onwards ? messages : messages.reverse();
  }

  async tracesOf(range: LogRange, userId: UserId): Promise<readonly RoomEntry[]> {
    return this.#scope.read((transaction) => this.#table.tracesOf(range, userId, transaction));
  }

  async byId(id: MessageId): Promise<RoomEntry | null> {
    const [entry] = await this.#select('WHERE id = ?', [id]);
    return entry ?? null;
  }

  async at(roomId: RoomId, seq: number): Promise<RoomEntry | null> {
    const [entry] = await this.#select('WHERE room_id = ? AND seq = ?', [roomId, seq]);
    return entry ?? null;
  }

  /** A unit of work is about to write to the room: an append that ran into it would only fail and come again. */
  hold(roomId: RoomId): () => void {
    return this.#commits.hold(roomId);
  }

  suspect(roomId: RoomId, userId: UserId): void {
    this.#writer.suspect(roomId, userId);
  }

  /** A unit of work has committed these seqs in the room. */
  learn(roomId: RoomId, from: number, to: number): void {
    this.#writer.learn(roomId, from, to);
  }

  /** Settles what waits; takes nothing more. */
  close(): Promise<void> {
    return this.#commits.close();
  }

  async #again(roomId: RoomId, seq: number): Promise<Appended> {
    const entry = await this.at(roomId, seq);
    if (entry === null || !isMessage(entry)) throw new Error('A committed message is not in the log.');
    return { entry, deduplicated: true };
  }

  #select(where: string, values: readonly unknown[]): Promise<RoomEntry[]> {
    return this.#scope.read((transaction) => this.#table.select(where, values, transaction));
  }
}

/**
 * The same text. V8 keeps a concatenation as a tree of what it was made of, and in a map of thousands of those its
 * garbage collector would spend more time than anywhere else.
 */
const inOnePiece = (text: string): string => Buffer.from(text).toString();
