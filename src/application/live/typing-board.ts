import type { RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** Typing ends by itself this long after its last refresh. */
export const TYPING_TTL_MS = 6_000;
/** A refresh is told again at most this often, for those who came meanwhile. */
const REPEAT_MS = 2_000;

interface Typist {
  readonly roomId: RoomId;
  readonly userId: UserId;
  connectionId: string;
  toldAtMs: number;
  cancelExpiry: ports.Cancel;
}

interface TypingBoardDeps {
  readonly broadcaster: ports.RoomBroadcaster;
  readonly scheduler: ports.Scheduler;
  readonly clock: ports.Clock;
}

/**
 * Who is typing where. A signal that was started always ends: by a stop, a send, a leave, a disconnect or its expiry.
 */
export class TypingBoard {
  readonly #deps: TypingBoardDeps;
  readonly #typists = new Map<string, Typist>();
  /** What a connection has started, so that its end need not search the board. */
  readonly #byConnection = new Map<string, Set<string>>();

  constructor(deps: TypingBoardDeps) {
    this.#deps = deps;
  }

  started(roomId: RoomId, userId: UserId, connectionId: string): void {
    const { clock, scheduler } = this.#deps;
    const key = roomId + userId;
    const nowMs = clock.nowMs();
    const cancelExpiry = scheduler.after(TYPING_TTL_MS, () => this.stopped(roomId, userId));
    const typist = this.#typists.get(key);
    if (!typist) {
      this.#typists.set(key, { roomId, userId, connectionId, toldAtMs: nowMs, cancelExpiry });
      this.#own(connectionId).add(key);
      this.#tell(roomId, userId, true);
      return;
    }
    typist.cancelExpiry();
    typist.cancelExpiry = cancelExpiry;
    if (typist.connectionId !== connectionId) {
      this.#disown(typist.connectionId, key);
      typist.connectionId = connectionId;
      this.#own(connectionId).add(key);
    }
    if (nowMs - typist.toldAtMs < REPEAT_MS) return;
    typist.toldAtMs = nowMs;
    this.#tell(roomId, userId, true);
  }

  stopped(roomId: RoomId, userId: UserId): void {
    if (this.#typists.size === 0) return;
    const key = roomId + userId;
    const typist = this.#typists.get(key);
    if (!typist) return;
    typist.cancelExpiry();
    this.#typists.delete(key);
    this.#disown(typist.connectionId, key);
    this.#tell(roomId, userId, false);
  }

  disconnected(connectionId: string): void {
    for (const key of [...(this.#byConnection.get(connectionId) ?? [])]) {
      const typist = this.#typists.get(key);
      if (typist) this.stopped(typist.roomId, typist.userId);
    }
  }

  #own(connectionId: string): Set<string> {
    const keys = this.#byConnection.get(connectionId) ?? new Set();
    this.#byConnection.set(connectionId, keys);
    return keys;
  }

  #disown(connectionId: string, key: string): void {
    const keys = this.#byConnection.get(connectionId);
    if (!keys) return;
    keys.delete(key);
    if (keys.size === 0) this.#byConnection.delete(connectionId);
  }

  #tell(roomId: RoomId, userId: UserId, isTyping: boolean): void {
    this.#deps.broadcaster.typing({ roomId, userId, isTyping });
  }
}
