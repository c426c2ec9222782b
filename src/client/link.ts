import { backoffMs } from './backoff.ts';
import { ChatError, isAboutToken } from './chat-error.ts';
import { Connection } from './connection.ts';
import type { Cancel, Surroundings, WireSocket } from './surroundings.ts';
import type { TokenKeeper } from './token-keeper.ts';
import type { Refusal } from './wire-types.ts';

/**
 * `connecting`: on the way, catching up included. `live`: connected, and nothing is missing. `offline`: between two
 * attempts. `closed`: for good.
 */
export type ConnectionState = 'connecting' | 'live' | 'offline' | 'closed';

interface LinkDeps extends Pick<Surroundings, 'after' | 'random' | 'openSocket'> {
  readonly tokens: TokenKeeper;
  readonly ackTimeoutMs: number;
  readonly opened: (connection: Connection) => void;
  readonly heard: (event: string, payload: unknown) => void;
  readonly changed: (state: ConnectionState, error?: ChatError) => void;
}

/** A connection that lasted this long was a good one. */
const STABLE_MS = 10_000;
/** Refusals that another attempt cannot change. */
const FINAL = new Set(['FORBIDDEN', 'BANNED', 'VALIDATION_FAILED', 'NOT_FOUND']);

/** Keeps one connection, or tries to: attempts, back-off, tokens. */
export class Link {
  readonly #deps: LinkDeps;
  readonly #waiting = new Set<() => void>();
  #state: ConnectionState = 'offline';
  #socket: WireSocket | null = null;
  #connection: Connection | null = null;
  #failures = 0;
  /** Tokens in a row that were refused though the source had just given them. */
  #freshRefusals = 0;
  #refusedToken = '';
  #atLeastMs = 0;
  #cancelTimer: Cancel = () => undefined;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  /** Tries at once; of no effect while it is connected or trying. */
  connect(): void {
    if (this.#state !== 'offline') return;
    this.#cancelTimer();
    this.#change('connecting');
    void this.#attempt();
  }

  /** The open connection, or the next one; null when there will be none. */
  async opened(): Promise<Connection | null> {
    while (this.#connection === null && this.#state !== 'closed') {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
    return this.#connection;
  }

  /** Nothing is missing any more, if it is still the same connection. */
  caughtUp(connection: Connection): void {
    if (connection !== this.#connection || this.#state !== 'connecting') return;
    this.#cancelTimer = this.#deps.after(STABLE_MS, () => (this.#failures = 0));
    this.#change('live');
  }

  /** The server goes: the next attempt is made no sooner than it asked for. */
  comeBackAfter(ms: number): void {
    this.#atLeastMs = ms;
  }

  /** Ends this connection, if it is still the one, and makes another. */
  drop(connection: Connection): void {
    if (connection === this.#connection) this.#retry();
  }

  close(error?: ChatError): void {
    if (this.#state === 'closed') return;
    this.#end();
    this.#change('closed', error);
    this.#wake();
  }

  async #attempt(): Promise<void> {
    const { tokens, openSocket } = this.#deps;
    let token: string;
    try {
      token = await tokens.current();
    } catch (cause) {
      if (this.#state === 'connecting') this.#retry(new ChatError('NETWORK', 'No token could be had.', { cause }));
      return;
    }
    // Closed meanwhile.
    if (this.#state !== 'connecting') return;
    const socket = openSocket(token, {
      opened: () => this.#opened(socket, token),
      refused: (refusal, cause) => this.#refused(token, refusal, cause),
      lost: () => this.#retry(),
      heard: (event, payload) => {
        if (isTokenEnd(event, payload)) tokens.spend(token);
        this.#deps.heard(event, payload);
      },
    });
    this.#socket = socket;
  }

  #opened(socket: WireSocket, token: string): void {
    this.#freshRefusals = 0;
    const connection: Connection = new Connection(socket, {
      after: this.#deps.after,
      ackTimeoutMs: this.#deps.ackTimeoutMs,
      giveUp: (why) => {
        if (why === 'token') this.#deps.tokens.spend(token);
        this.drop(connection);
      },
    });
    this.#connection = connection;
    this.#deps.opened(connection);
    this.#wake();
  }

  #refused(token: string, refusal: Refusal | null, cause: unknown): void {
    const { tokens } = this.#deps;
    const error = refusal ? ChatError.of(refusal) : new ChatError('NETWORK', 'There is no connection.', { cause });
    if (isAboutToken(error)) {
      tokens.spend(token);
      // A source that gives what was refused before, or something else that is refused too, cannot help.
      this.#freshRefusals += 1;
      const isHopeless = !tokens.isRenewable || token === this.#refusedToken || this.#freshRefusals > 2;
      this.#refusedToken = token;
      if (isHopeless) return this.close(error);
      if (this.#freshRefusals === 1) return this.#again();
    }
    if (FINAL.has(error.code)) return this.close(error);
    this.#retry(error);
  }

  /** At once: the old token was too old, and the source has another one. */
  #again(): void {
    this.#end();
    void this.#attempt();
  }

  #retry(error?: ChatError): void {
    this.#end();
    const atLeastMs = Math.max(this.#atLeastMs, error?.retryAfterMs ?? 0);
    const waitMs = backoffMs(this.#failures, this.#deps.random, atLeastMs);
    this.#failures += 1;
    this.#atLeastMs = 0;
    this.#cancelTimer = this.#deps.after(waitMs, () => this.connect());
    this.#change('offline', error);
  }

  #end(): void {
    this.#cancelTimer();
    const [socket, connection] = [this.#socket, this.#connection];
    this.#socket = null;
    this.#connection = null;
    connection?.end();
    socket?.close();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  #change(state: ConnectionState, error?: ChatError): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#deps.changed(state, error);
  }
}

/** The server says why it cuts a connection just before it does. */
function isTokenEnd(event: string, payload: unknown): boolean {
  return event === 'error' && (payload as { event?: unknown } | null)?.event === 'authenticate';
}
