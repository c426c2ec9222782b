import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';

export interface RoomRetention {
  readonly roomId: RoomId;
  readonly createdBy: UserId;
  /** So long the room keeps texts; null where only the server has a say. */
  readonly days: number | null;
  /** Up to here in its log nothing is left to take away. */
  readonly doneSeq: number;
}

export interface RetentionRequest {
  /** Exclusive: the last room of the page before. */
  readonly afterId?: RoomId;
  readonly limit: number;
  /** Also rooms without a number of days of their own. */
  readonly all: boolean;
}

/** How long rooms keep texts, and who sees to it. */
export interface RetentionStore {
  /** False when there is no such room. */
  setDays(roomId: RoomId, days: number | null): Promise<boolean>;

  /** Ascending by id. */
  page(request: RetentionRequest): Promise<readonly RoomRetention[]>;

  /** Moves `doneSeq` forward, never back. */
  advance(roomId: RoomId, doneSeq: number): Promise<void>;

  /**
   * Whether the holder is the one node that sees to it until then: nobody else is, or its time was up at `nowMs`. Of
   * any number of parallel calls of different holders one is true.
   */
  lease(holder: string, term: { readonly nowMs: number; readonly untilMs: number }): Promise<boolean>;
}
