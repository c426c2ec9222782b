import { AppError } from '../../../application/errors/app-error.ts';
import type { LiveSocket } from '../../wire/live-socket.ts';
import type { SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';

/**
 * One live connection, as its handlers see it. Events that arrive while the connection still reads its rooms, or while
 * a join that the client sent before is under way, wait for that: a client may emit join_room and send_message in one
 * go.
 */
export class SocketSession {
  readonly socket: LiveSocket;
  /** What events wait for; null when there is nothing to wait for. */
  gate: Promise<unknown> | null = null;
  #lastTurn: Promise<unknown> = Promise.resolve();

  constructor(socket: LiveSocket) {
    this.socket = socket;
  }

  get userId(): UserId {
    return this.socket.data.userId;
  }

  get sessionId(): SessionId {
    return this.socket.data.sessionId;
  }

  get connectionId(): string {
    return this.socket.id;
  }

  /** Costly work of one client is done one by one. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#lastTurn.then(() => {
      // Nobody is left to read the answer.
      if (!this.socket.connected) throw new AppError('UNAUTHENTICATED');
      return work();
    });
    this.#lastTurn = result.catch(() => undefined);
    return result;
  }

  /** Later events wait until `work` has settled, however it ends. */
  hold(work: Promise<unknown>): void {
    const gate = Promise.allSettled([this.gate, work]).then(() => {
      if (this.gate === gate) this.gate = null;
    });
    this.gate = gate;
  }
}
