import { asLogEntry, asRefusal, isPush } from './checks.ts';
import { ChatError } from './chat-error.ts';
import { isPassedOn, type ChatEvents, type PassedOn } from './chat-events.ts';
import type { Connection } from './connection.ts';
import { Courier } from './courier.ts';
import { Emitter } from './emitter.ts';
import { Feed } from './feed.ts';
import { Link, type ConnectionState } from './link.ts';
import { Marks } from './marks.ts';
import { Outbox } from './outbox.ts';
import type { Storage } from './outbox-store.ts';
import { Pauses } from './pauses.ts';
import { Rest } from './rest.ts';
import type { Cancel, Surroundings } from './surroundings.ts';
import { Synchronizer } from './synchronizer.ts';
import { TokenKeeper, type TokenSource } from './token-keeper.ts';
import { TypingNotes } from './typing-notes.ts';
import type { LogEntry } from './wire-types.ts';

export interface ChatOptions {
  /** A token, or how to get one: called when one is needed for the first time, ends soon or was refused. */
  readonly token: TokenSource;
  /** Where messages that are not stored yet outlive the page; without it they outlive reconnects only. */
  readonly storage?: Storage;
  /** Where an earlier client was in each room (its `positions`): what came since is told first. */
  readonly positions?: Iterable<readonly [roomId: string, position: number]>;
  /** How long to wait for an answer before the connection is given up; 10,000. */
  readonly ackTimeoutMs?: number;
}

const ACK_TIMEOUT_MS = 10_000;
/** Tokens that live for less than the server's notice are announced to end as soon as they are in use. */
const RENEW_PAUSE_MS = 10_000;

/** The parts of a client, and what passes between them. */
export class Session {
  readonly events = new Emitter<ChatEvents>();
  readonly link: Link;
  readonly #tokens: TokenKeeper;
  readonly rest: Rest;
  readonly feed: Feed;
  readonly #pauses: Pauses;
  readonly #synchronizer: Synchronizer;
  readonly courier: Courier;
  readonly outbox: Outbox;
  readonly marks: Marks;
  readonly typing: TypingNotes;
  readonly #options: ChatOptions;
  readonly #surroundings: Surroundings;
  readonly #stopListening: Cancel;
  #userId: string | null = null;
  #hasBegun = false;
  #isRenewed = false;
  #started: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | null = null;

  constructor(options: ChatOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    const { after, random, newId, openSocket, request } = surroundings;
    this.#pauses = new Pauses(after);
    const reportError = (error: ChatError) => this.events.emit('error', error);
    this.#tokens = new TokenKeeper(options.token);
    this.rest = new Rest(this.#tokens, request);
    this.link = new Link({
      ...{ after, random, openSocket, tokens: this.#tokens, ackTimeoutMs: options.ackTimeoutMs ?? ACK_TIMEOUT_MS },
      opened: (connection) => void this.#opened(connection),
      heard: (event, payload) => this.#heard(event, payload),
      changed: (state, error) => this.#changed(state, error),
    });
    this.courier = new Courier(this.link, this.#pauses, random);
    this.feed = new Feed({
      after,
      userId: () => this.#userId,
      told: (entry) => this.#told(entry),
      entered: (roomId, position) => this.events.emit('entered', { roomId, position }),
      gone: (roomId, event) => this.events.emit('gone', { roomId, event }),
      isMissing: () => this.#catchUp(),
    });
    for (const [roomId, position] of options.positions ?? []) this.feed.resume(roomId, position);
    this.#synchronizer = new Synchronizer({ pauses: this.#pauses, random, feed: this.feed, reportError });
    this.outbox = new Outbox({
      ...{ courier: this.courier, newId, reportError },
      changed: (outgoing) => this.events.emit('outgoing', outgoing),
    });
    this.marks = new Marks(this.courier);
    this.typing = new TypingNotes(after, (roomId, isTyping) => {
      void this.link.connection?.ask('typing', { roomId, isTyping });
    });
    this.#stopListening = surroundings.onNetworkBack(() => this.link.connect());
  }

  /** Resolves when the user is signed in; whoever listens from then on hears everything. @throws ChatError */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#started = { resolve, reject };
      this.link.connect();
    });
  }

  get userId(): string | null {
    return this.#userId;
  }

  close(): void {
    this.link.close();
  }

  async #opened(connection: Connection): Promise<void> {
    try {
      if (this.#userId === null) await this.#signedIn();
    } catch (error) {
      // Whatever it was: the connection without it is of no use, and the next attempt asks again.
      this.events.emit('error', error instanceof ChatError ? error : new ChatError('NETWORK', String(error)));
      return this.link.drop(connection);
    }
    if (await this.#synchronizer.catchUp(connection)) this.link.caughtUp(connection);
  }

  async #signedIn(): Promise<void> {
    const { user } = await this.rest.ask('get /api/users/me', {});
    if (this.#options.storage) await this.outbox.open(this.#options.storage, user.id);
    this.#userId = user.id;
    this.#started?.resolve();
    // Whoever waited for that gets to listen before anything is told.
    await new Promise<void>((resolve) => this.#surroundings.after(0, resolve));
    this.#hasBegun = true;
  }

  #catchUp(): void {
    if (this.link.connection) void this.#synchronizer.catchUp(this.link.connection);
  }

  #heard(event: string, payload: unknown): void {
    if (!isPush(payload)) return;
    if (event === 'receive_message' || event === 'room_event') {
      const entry = asLogEntry(event === 'receive_message' ? { type: 'message', ...payload } : payload);
      // Before it has begun `sync` brings it; what has no place in a log will be missing, and read again.
      if (entry && this.#hasBegun) this.feed.take(entry);
      return;
    }
    if (event === 'draining') this.link.comeBackAfter(Number(payload['reconnectAfterMs']) || 0);
    if (event === 'session_expiring') void this.#renewToken();
    if (event === 'error') this.events.emit('error', errorOf(payload));
    else if (isPassedOn(event)) this.events.emit(event, payload as ChatEvents[PassedOn]);
  }

  /** If it fails the server cuts the connection, and the next one has another token. */
  async #renewToken(): Promise<void> {
    if (!this.#tokens.isRenewable || this.#isRenewed) return;
    this.#isRenewed = true;
    void this.#pauses.pause(RENEW_PAUSE_MS).then(() => (this.#isRenewed = false));
    try {
      const token = await this.#tokens.renewed();
      const answer = await this.link.connection?.ask('authenticate', { token });
      if (answer && answer !== 'lost' && !answer.ok) this.events.emit('error', ChatError.of(answer.error));
    } catch (cause) {
      this.events.emit('error', new ChatError('NETWORK', 'No token could be had.', { cause }));
    }
  }

  #told(entry: LogEntry): void {
    if (entry.type === 'message') {
      if (entry.userId === this.#userId) this.outbox.seen(entry);
      return this.events.emit('message', entry);
    }
    this.events.emit('room_event', entry);
    this.events.emit(entry.type, entry);
  }

  #changed(state: ConnectionState, error: ChatError | undefined): void {
    if (state === 'closed') {
      this.#stopListening();
      this.outbox.close();
      this.feed.close();
      this.typing.close();
      this.#pauses.end();
      this.#started?.reject(error ?? new ChatError('CLOSED', 'The client was closed.'));
    }
    this.events.emit('state', error ? { state, error } : { state });
    if (state === 'closed') this.events.end();
  }
}

function errorOf(payload: unknown): ChatError {
  const refusal = asRefusal(payload);
  return refusal ? ChatError.of(refusal) : new ChatError('MALFORMED', 'The server told of an error in another form.');
}
