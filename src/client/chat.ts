import type { ChatEvents } from './chat-events.ts';
import type { Outcome } from './courier.ts';
import type { Named, Stop } from './emitter.ts';
import type { ConnectionState } from './link.ts';
import type { Sending } from './outbox.ts';
import type { OutgoingMessage } from './outbox-store.ts';
import type { Route, RouteInput, RouteReply } from './rest.ts';
import { Session, type ChatOptions } from './session.ts';
import type { Surroundings } from './surroundings.ts';
import type { JoinRequest, Message, Snapshot } from './wire-types.ts';

/** One user's chat over one connection, which is made again as often as needed. Made by `connect`. */
export class Chat {
  readonly #session: Session;

  constructor(options: ChatOptions, surroundings: Surroundings) {
    this.#session = new Session(options, surroundings);
  }

  /** Resolves when the user is signed in; whoever listens from then on hears everything. @throws ChatError */
  start(): Promise<void> {
    return this.#session.start();
  }

  get state(): ConnectionState {
    return this.#session.link.state;
  }

  /** The own user's id. */
  get userId(): string {
    return this.#session.userId ?? '';
  }

  /** The rooms that are followed, and how far each was told: for `positions` of a later client. */
  get positions(): ReadonlyMap<string, number> {
    return this.#session.feed.positions;
  }

  /** Messages that are not stored yet, in the order in which they were sent. */
  get pending(): readonly OutgoingMessage[] {
    return this.#session.outbox.pending;
  }

  /** Returns how to stop listening. */
  on<E extends keyof ChatEvents>(type: E, listener: (event: ChatEvents[E]) => void): Stop {
    return this.#session.events.on(type, listener);
  }

  /** The same as an async iterable, of these types or of all. It ends when the client is closed or the loop is left. */
  events<E extends keyof ChatEvents>(...types: E[]): AsyncIterableIterator<Named<Pick<ChatEvents, E>>> {
    const wanted = new Set<keyof ChatEvents>(types);
    return this.#session.events.stream((named) => {
      const isWanted = wanted.size === 0 || wanted.has(named.type);
      return isWanted ? (named as Named<Pick<ChatEvents, E>>) : undefined;
    });
  }

  /** The messages from now on, of one room or of all. */
  messages(roomId?: string): AsyncIterableIterator<Message> {
    return this.#session.events.stream(({ type, event }) =>
      type === 'message' && (roomId === undefined || event.roomId === roomId) ? event : undefined,
    );
  }

  /** Joins if need be. What is above the snapshot's `headSeq` comes as events. @throws ChatError */
  async join(request: JoinRequest): Promise<Snapshot> {
    const { outcome } = await this.#session.courier.ask('join_room', request);
    const snapshot = valueOf(outcome);
    this.#session.feed.join(snapshot.room.id, snapshot.headSeq);
    return snapshot;
  }

  /** Ends the membership, on every device. @throws ChatError */
  async leave(roomId: string): Promise<void> {
    const { outcome, attempts } = await this.#session.courier.ask('leave_room', { roomId });
    const isLeft = !outcome.ok && (outcome.error.code === 'NOT_A_MEMBER' || outcome.error.code === 'ROOM_NOT_FOUND');
    // An earlier attempt, whose answer was lost, has done it.
    if (!(isLeft && attempts > 1)) valueOf(outcome);
    this.#session.feed.forget(roomId, null);
  }

  /** The own rooms with unread counts, the one with the latest message first. @throws ChatError */
  async rooms(): Promise<RouteReply<'get /api/rooms/mine'>['rooms']> {
    return (await this.request('get /api/rooms/mine', {})).rooms;
  }

  /** Any route of the server: `request('get /api/rooms/{roomId}', { params: { roomId } })`. @throws ChatError */
  request<R extends Route>(route: R, input: RouteInput<R>): Promise<RouteReply<R>> {
    return this.#session.rest.ask(route, input);
  }

  /**
   * Sends a message: at once, or when there is a connection. It is stored once, and in the order of the calls in each
   * room. With the `clientMessageId` of one that failed it is the same message, sent again.
   */
  send(roomId: string, content: string, clientMessageId?: string): Sending {
    this.#session.typing.ended(roomId);
    return this.#session.outbox.send(roomId, content, clientMessageId);
  }

  /** Takes a pending message back; what is under way already may still be stored. False when it is not pending. */
  discard({ roomId, clientMessageId }: Pick<OutgoingMessage, 'roomId' | 'clientMessageId'>): boolean {
    return this.#session.outbox.discard(roomId, clientMessageId);
  }

  /** Everything up to here was read. Told when there is a connection; a lower place than before changes nothing. */
  markRead(roomId: string, seq: number): void {
    this.#session.marks.raise('read_receipt', roomId, seq);
  }

  /** Everything up to here has arrived. */
  markDelivered(roomId: string, seq: number): void {
    this.#session.marks.raise('delivery_receipt', roomId, seq);
  }

  /** To be called at every key, and with `false` when the text was dropped; a message that is sent ends it as well. */
  setTyping(roomId: string, isTyping = true): void {
    this.#session.typing.set(roomId, isTyping);
  }

  /** Tries at once instead of after the back-off. */
  reconnect(): void {
    this.#session.link.connect();
  }

  /** For good. What is pending stays in the storage for the next client. */
  close(): void {
    this.#session.close();
  }
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.data;
  throw outcome.error;
}
