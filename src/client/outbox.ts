import { ChatError } from './chat-error.ts';
import type { Courier, Outcome } from './courier.ts';
import { OutboxStore, type OutgoingMessage, type Storage } from './outbox-store.ts';
import type { Message, Sent } from './wire-types.ts';

/** A message on its way. */
export interface Sending extends OutgoingMessage {
  /** Never rejects, so that it need not be looked at: stored (`data`), or refused for good (`error`). */
  readonly settled: Promise<Outcome<Sent>>;
}

/** `waiting`: refused for now, and sent again by itself. `failed`: not sent again unless somebody does. */
export type Outgoing =
  | { readonly status: 'queued'; readonly message: OutgoingMessage }
  | { readonly status: 'waiting'; readonly message: OutgoingMessage; readonly error: ChatError }
  | { readonly status: 'sent'; readonly message: OutgoingMessage; readonly sent: Sent }
  | { readonly status: 'failed'; readonly message: OutgoingMessage; readonly error: ChatError };

interface OutboxDeps {
  readonly courier: Pick<Courier, 'ask'>;
  readonly newId: () => string;
  readonly changed: (outgoing: Outgoing) => void;
  readonly reportError: (error: ChatError) => void;
}

interface Item {
  readonly sending: Sending;
  readonly settle: (outcome: Outcome<Sent>) => void;
  /** Kept before it is sent, so that a reload in between loses nothing. */
  kept: Promise<void> | null;
  isSettled: boolean;
}

const ITEMS_MAX = 1_000;

/** Messages that are not stored yet: those of one room one by one, in the order in which they were sent. */
export class Outbox {
  readonly #deps: OutboxDeps;
  /** In the order in which they were sent. */
  readonly #items = new Map<string, Item>();
  readonly #busyRooms = new Set<string>();
  #store: OutboxStore | null = null;
  #isClosed = false;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  get pending(): OutgoingMessage[] {
    return [...this.#items.values()].map(({ sending }) => plain(sending));
  }

  /** Takes up what an earlier client left in the storage, and keeps there what is not stored from now on. */
  async open(storage: Storage, userId: string): Promise<void> {
    const store = new OutboxStore(storage, userId, this.#deps.reportError);
    const left = await store.load();
    this.#store = store;
    for (const { roomId, content, clientMessageId } of left) this.send(roomId, content, clientMessageId);
  }

  /** The same id again while it is pending is the same message. */
  send(roomId: string, content: string, clientMessageId = this.#deps.newId()): Sending {
    const known = this.#items.get(keyOf(roomId, clientMessageId));
    if (known) return known.sending;
    let settle: Item['settle'] = () => undefined;
    const settled = new Promise<Outcome<Sent>>((resolve) => (settle = resolve));
    const sending = { roomId, content, clientMessageId, settled };
    const item: Item = { sending, settle, kept: null, isSettled: false };
    const refusal = this.#whyNot();
    if (refusal) {
      this.#settle(item, { ok: false, error: refusal });
      return sending;
    }
    this.#items.set(keyOf(roomId, clientMessageId), item);
    item.kept = this.#store?.save(this.pending) ?? null;
    this.#deps.changed({ status: 'queued', message: plain(sending) });
    void this.#pump(roomId);
    return sending;
  }

  /** An own message came back, perhaps before its ack or instead of it. */
  seen({ roomId, clientMessageId, id, seq, createdAt }: Message): void {
    const item = clientMessageId === undefined ? undefined : this.#items.get(keyOf(roomId, clientMessageId));
    if (item) this.#settle(item, { ok: true, data: { id, seq, createdAt, deduplicated: false } });
  }

  /** Gives up; false when it is not pending. What was sent already may still be stored. */
  discard(roomId: string, clientMessageId: string): boolean {
    const item = this.#items.get(keyOf(roomId, clientMessageId));
    if (item) this.#settle(item, { ok: false, error: new ChatError('DISCARDED', 'The message was taken back.') });
    return item !== undefined;
  }

  /** What is pending stays in the storage for the next client. */
  close(): void {
    this.#isClosed = true;
    const error = new ChatError('CLOSED', 'The client was closed.');
    for (const item of this.#items.values()) {
      item.isSettled = true;
      item.settle({ ok: false, error });
    }
  }

  #whyNot(): ChatError | null {
    if (this.#isClosed) return new ChatError('CLOSED', 'The client was closed.');
    return this.#items.size < ITEMS_MAX ? null : new ChatError('OUTBOX_FULL', `${ITEMS_MAX} messages are waiting.`);
  }

  async #pump(roomId: string): Promise<void> {
    if (this.#busyRooms.has(roomId)) return;
    this.#busyRooms.add(roomId);
    for (let item = this.#nextOf(roomId); item && !this.#isClosed; item = this.#nextOf(roomId)) {
      await item.kept;
      // One that is settled otherwise must not keep the next one waiting.
      await Promise.race([this.#deliver(item), item.sending.settled]);
    }
    this.#busyRooms.delete(roomId);
  }

  #nextOf(roomId: string): Item | undefined {
    for (const item of this.#items.values()) if (item.sending.roomId === roomId) return item;
    return undefined;
  }

  async #deliver(item: Item): Promise<void> {
    const message = plain(item.sending);
    const { outcome } = await this.#deps.courier.ask('send_message', message, {
      isWanted: () => !item.isSettled,
      waiting: (error) => this.#deps.changed({ status: 'waiting', message, error }),
    });
    this.#settle(item, outcome);
  }

  #settle(item: Item, outcome: Outcome<Sent>): void {
    if (item.isSettled) return;
    item.isSettled = true;
    const message = plain(item.sending);
    if (this.#items.delete(keyOf(message.roomId, message.clientMessageId))) void this.#store?.save(this.pending);
    item.settle(outcome);
    if (outcome.ok) this.#deps.changed({ status: 'sent', message, sent: outcome.data });
    else this.#deps.changed({ status: 'failed', message, error: outcome.error });
  }
}

const keyOf = (roomId: string, clientMessageId: string): string => `${roomId} ${clientMessageId}`;

const plain = ({ roomId, content, clientMessageId }: OutgoingMessage): OutgoingMessage => ({
  roomId,
  content,
  clientMessageId,
});
