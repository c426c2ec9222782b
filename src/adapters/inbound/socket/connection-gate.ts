import type { IncomingMessage } from 'node:http';
import { AppError } from '../../../application/errors/app-error.ts';
import { networkOf } from '../../../domain/text/network.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { LiveServer, LiveSocket } from '../../wire/live-socket.ts';
import { FrameBudget, type FrameBudgetRule } from './frame-budget.ts';

/** How often one connection may ask to be let in. A client asks once, and again when its token was refused. */
const ENTRIES_MAX = 20;
/** Packets are events, their attachments, heartbeats and acks: some more than the events alone may be. */
const PACKETS_PER_FRAME = 4;

type Connection = LiveSocket['conn'];

export interface ConnectionGateOptions {
  /** Live connections of one user, and of one address whoever it is; null: no limit. Each node counts its own. */
  readonly limit: { readonly perUser: number; readonly perAddress: number } | null;
  /** 'any', or the origins that a browser may come from; with an empty list only the same origin. */
  readonly origins: 'any' | readonly string[];
  /** How many proxies stand before us, or false. */
  readonly trustProxy: number | false;
  /** Events of a socket; what else its connection may send follows from it. Null: no limit. */
  readonly frameBudget: FrameBudgetRule | null;
  readonly nowMs: () => number;
}

/** Who may hold a connection at all. It sees connections before, and without, anybody having said who they are. */
export class ConnectionGate {
  readonly #options: ConnectionGateOptions;
  readonly #ofAddress = new Map<string, number>();
  readonly #ofUser = new Map<UserId, number>();
  readonly #entered = new WeakSet<Connection>();

  constructor(options: ConnectionGateOptions) {
    this.#options = options;
  }

  /**
   * For `allowRequest`, which is asked before a connection is opened. A browser names the page that it acts for, and
   * CORS does not hold for WebSocket; whoever sends no Origin is no browser, and can claim to be anything.
   */
  readonly allowRequest = (request: IncomingMessage, answer: (reason: string | null, ok: boolean) => void): void => {
    if (!this.#mayComeFrom(request)) answer('This origin is not allowed.', false);
    else if (this.#isFull(this.#ofAddress, this.#networkOf(request), this.#options.limit?.perAddress)) {
      answer('Too many connections from this address.', false);
    } else answer(null, true);
  };

  /** From now on the connections of this server are counted. */
  watch(io: LiveServer): void {
    io.engine.on('connection', (connection: Connection) => {
      const network = this.#networkOf(connection.request);
      // Asked again: many were let through while none of them was counted.
      if (this.#isFull(this.#ofAddress, network, this.#options.limit?.perAddress)) {
        connection.close();
        return;
      }
      occupy(this.#ofAddress, network, connection);
      this.#watchPackets(connection);
    });
  }

  /** The connection belongs to this user, and counts once. Throws RATE_LIMITED when the user has too many. */
  admit(connection: Connection, userId: UserId): void {
    if (this.#entered.has(connection)) return;
    if (this.#isFull(this.#ofUser, userId, this.#options.limit?.perUser)) {
      throw new AppError('RATE_LIMITED', { message: 'Too many connections of this user.', retryAfterMs: 10_000 });
    }
    this.#entered.add(connection);
    occupy(this.#ofUser, userId, connection);
  }

  /** Packets that no handler of an event ever sees: who floods with them is cut without an answer. */
  #watchPackets(connection: Connection): void {
    const { frameBudget, nowMs } = this.#options;
    if (!frameBudget) return;
    const { framesPerSecond, burst } = frameBudget;
    const rule = { framesPerSecond: framesPerSecond * PACKETS_PER_FRAME, burst: burst * PACKETS_PER_FRAME };
    const budget = new FrameBudget(rule, nowMs());
    let entries = 0;
    connection.on('packet', ({ type, data }: { readonly type: string; readonly data?: unknown }) => {
      if (type === 'message' && typeof data === 'string' && data.startsWith('0')) entries += 1;
      if (entries > ENTRIES_MAX || !budget.take(nowMs())) connection.close(true);
    });
  }

  #mayComeFrom({ headers }: IncomingMessage): boolean {
    const { origins } = this.#options;
    const { origin, host } = headers;
    if (origin === undefined || origins === 'any' || origins.includes(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  #isFull<K>(counts: ReadonlyMap<K, number>, key: K, max: number | undefined): boolean {
    return max !== undefined && (counts.get(key) ?? 0) >= max;
  }

  /** As Express reads it: each proxy that we trust has appended the address that it saw. */
  #networkOf({ socket, headers }: IncomingMessage): string {
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
    const seen = [socket.remoteAddress ?? '', ...forwarded.map((part) => part.trim()).reverse()].filter(Boolean);
    return networkOf(seen[Math.min(this.#options.trustProxy || 0, seen.length - 1)] ?? 'unknown');
  }
}

/** Counts the connection until it closes. */
function occupy<K>(counts: Map<K, number>, key: K, connection: Connection): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
  connection.once('close', () => {
    const left = (counts.get(key) ?? 1) - 1;
    if (left > 0) counts.set(key, left);
    else counts.delete(key);
  });
}
