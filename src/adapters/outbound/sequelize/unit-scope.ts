import type { Transaction } from 'sequelize';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Database } from './database.ts';
import type { Scope } from './scope.ts';
import { kindOf } from './translate-error.ts';

/** The append path of the log, as far as a unit of work has to do with it. */
export interface AppendPath {
  /** Until the returned function is called, no further batch writes to the room. */
  hold(roomId: RoomId): () => void;
  /** The user's membership of the room is about to end: what the user sends from now on is looked at again. */
  suspect(roomId: RoomId, userId: UserId): void;
  /** These seqs of the room, and nothing between them that is another's, are committed. */
  learn(roomId: RoomId, from: number, to: number): void;
}

/** What one attempt at a unit of work has done to rooms. Outlives its transaction, because it counts only after it. */
export class UnitTrace {
  readonly #path: AppendPath;
  readonly #held = new Map<RoomId, () => void>();
  readonly #appended = new Map<RoomId, { readonly from: number; readonly to: number }>();

  constructor(path: AppendPath) {
    this.#path = path;
  }

  locking(roomId: RoomId): void {
    if (!this.#held.has(roomId)) this.#held.set(roomId, this.#path.hold(roomId));
  }

  removing(roomId: RoomId, userId: UserId): void {
    this.#path.suspect(roomId, userId);
  }

  appended(roomId: RoomId, seq: number): void {
    const before = this.#appended.get(roomId);
    // Somebody else may have written in between, on a server that does not keep writers out.
    const from = before?.to === seq - 1 ? before.from : seq;
    this.#appended.set(roomId, { from, to: seq });
  }

  committed(): void {
    for (const [roomId, { from, to }] of this.#appended) this.#path.learn(roomId, from, to);
  }

  end(): void {
    for (const release of this.#held.values()) release();
  }
}

/**
 * All statements of one unit of work, in its transaction. Errors stay the driver's own: the unit decides about them.
 */
export class UnitScope implements Scope {
  readonly database: Database;
  readonly #transaction: Transaction;
  readonly #trace: UnitTrace | null;
  #broken: { readonly by: unknown } | undefined;
  #ended = false;

  /** Without a trace it only reads. */
  constructor(database: Database, transaction: Transaction, trace: UnitTrace | null) {
    this.database = database;
    this.#transaction = transaction;
    this.#trace = trace;
  }

  read<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#watched(work);
  }

  async write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#trace === null) throw new Error('A snapshot only reads.');
    return this.#watched(work);
  }

  atomically<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.write(work);
  }

  locking(roomId: RoomId): void {
    this.#assertOpen();
    this.#trace?.locking(roomId);
  }

  removing(roomId: RoomId, userId: UserId): void {
    this.#assertOpen();
    this.#trace?.removing(roomId, userId);
  }

  appended(roomId: RoomId, seq: number): void {
    this.#trace?.appended(roomId, seq);
  }

  /**
   * The work is over. Throws what broke the unit even if the work went on regardless: after a lock that was not
   * granted, MySQL has undone one statement and would commit the others.
   */
  end(): void {
    this.#ended = true;
    if (this.#broken !== undefined) throw this.#broken.by;
  }

  async #watched<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    this.#assertOpen();
    try {
      return await work(this.#transaction);
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'conflict' || kind === 'lost') this.#broken ??= { by: error };
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#ended) throw new Error('The unit of work has ended, and its stores with it.');
  }
}
