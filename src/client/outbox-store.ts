import { ChatError } from './chat-error.ts';

export interface OutgoingMessage {
  readonly roomId: string;
  readonly content: string;
  /** Names the message for ever: with the same one it is stored once, however often it is sent. */
  readonly clientMessageId: string;
}

/**
 * Where texts outlive the page. It belongs to one client at a time: `sessionStorage`, which each tab has for itself,
 * rather than `localStorage`.
 */
export interface Storage {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, value: string): void | Promise<void>;
  remove(key: string): void | Promise<void>;
}

/** The pending messages of one user in a storage. A storage that fails is reported, and does not keep from sending. */
export class OutboxStore {
  readonly #storage: Storage;
  readonly #key: string;
  readonly #reportError: (error: ChatError) => void;
  #last: Promise<void> = Promise.resolve();
  /** What is written next, and when that is done. */
  #next: readonly OutgoingMessage[] | null = null;

  constructor(storage: Storage, userId: string, reportError: (error: ChatError) => void) {
    this.#storage = storage;
    // On a shared computer nobody sends what somebody else wrote.
    this.#key = `parley/outbox/${userId}`;
    this.#reportError = reportError;
  }

  async load(): Promise<OutgoingMessage[]> {
    try {
      const text = await this.#storage.get(this.#key);
      const left: unknown = text ? JSON.parse(text) : [];
      return Array.isArray(left) ? left.filter(isOutgoing) : [];
    } catch (cause) {
      this.#report(cause);
      return [];
    }
  }

  /** Writes one after the other; of those that wait only the latest is written. Resolves when it was tried. */
  save(messages: readonly OutgoingMessage[]): Promise<void> {
    const isScheduled = this.#next !== null;
    this.#next = messages;
    if (!isScheduled) this.#last = this.#last.then(() => this.#write());
    return this.#last;
  }

  async #write(): Promise<void> {
    const messages = this.#next ?? [];
    this.#next = null;
    try {
      if (messages.length === 0) await this.#storage.remove(this.#key);
      else await this.#storage.set(this.#key, JSON.stringify(messages));
    } catch (cause) {
      this.#report(cause);
    }
  }

  #report(cause: unknown): void {
    this.#reportError(new ChatError('STORAGE', 'The storage of the outbox fails.', { cause }));
  }
}

function isOutgoing(value: unknown): value is OutgoingMessage {
  const { roomId, content, clientMessageId } = (value ?? {}) as Partial<Record<keyof OutgoingMessage, unknown>>;
  return [roomId, content, clientMessageId].every((field) => typeof field === 'string');
}
