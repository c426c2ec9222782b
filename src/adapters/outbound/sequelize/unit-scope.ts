import type { Transaction } from 'sequelize';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Database } from './database.ts';
import type { Scope } from './scope.ts';
import { kindOf } from './translate-error.ts';

/** The append path of the log, as far as a unit of work has to do with it. */
export interface AppendPath {
  /** Until the returned function is called, no further batch writes to the room. */
  hold(roomId: RoomId): () => void;
  /** `seq` is committed in the room. */
  learn(roomId: RoomId, seq: number): void;
}

/** What one attempt at a unit of work has done to rooms. Outlives its transaction, because it counts only after it. */
export class UnitTrace {
  readonly #path: AppendPath;
  readonly #held = new Map<RoomId, () => void>();
  readonly #appended = new Map<RoomId, number>();

  constructor(path: AppendPath) {
    this.#path = path;
  }

  locking(roomId: RoomId): void {
    if (!this.#held.has(roomId)) this.#held.set(roomId, this.#path.hold(roomId));
  }

  appended(roomId: RoomId, seq: number): void {
    this.#appended.set(roomId, seq);
  }

  committed(): void {
    for (const [roomId, seq] of this.#appended) this.#path.learn(roomId, seq);
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
