/** What storage can say of itself at any time. */
export interface StorageState {
  /** Messages that wait for their batch. */
  readonly waiting: number;
  /** Connections; null where there is no pool. */
  readonly pool: { readonly used: number; readonly idle: number; readonly waiting: number } | null;
}

/** `given_up` and `disabled` come besides the failure that they are the end of. */
export type WebhookOutcome = 'accepted' | 'failed' | 'given_up' | 'disabled';

/**
 * Hears what happens, for whoever watches the server. It is told on the way of each answer, so it has to be quick; it
 * never throws. What it is told is of closed sets: never a name that a client has chosen.
 */
export interface Probe {
  /** An event of a client was answered: `event` of the contract, or null; `ok` or an error's code. */
  command(event: string | null, outcome: string, ms: number): void;

  /** A request was answered: the contract's name of the operation, or null for any other path. */
  request(operation: string | null, status: number, ms: number): void;

  /** A request was answered with an error of this code. */
  refusal(code: string): void;

  /** A socket was let in (`ok`), or refused with a code. */
  handshake(outcome: string, ms: number): void;

  /** A socket that had been let in is gone; the reason is Socket.IO's. */
  disconnect(reason: string): void;

  /** So many entries reached the sockets of this node only after somebody looked into the log for them. */
  repaired(entries: number): void;

  /** What became of an attempt to deliver to a webhook. */
  webhook(outcome: WebhookOutcome): void;

  /** One statement, its wait for a connection included. */
  statement(access: 'read' | 'write', ms: number, failed: boolean): void;

  /** So many messages were written together. */
  batch(messages: number, ms: number): void;

  /** Where to ask for the state of the storage. Called once, by storage that can say. */
  storage(state: () => StorageState): void;
}
