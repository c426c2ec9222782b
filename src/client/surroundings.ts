import type { Refusal } from './wire-types.ts';

export type Cancel = () => void;

/** One connection, from the attempt to its end. It never connects again; the next attempt is another one. */
export interface WireSocket {
  emit(event: string, payload: unknown, ack: (reply: unknown) => void): void;
  /** No handler and no ack is called after this. */
  close(): void;
}

export interface SocketHandlers {
  readonly opened: () => void;
  /** The server's reason where it gave one, else the network's. */
  readonly refused: (refusal: Refusal | null, cause: unknown) => void;
  readonly lost: (reason: string) => void;
  readonly heard: (event: string, payload: unknown) => void;
}

export interface HttpReply {
  readonly status: number;
  /** Undefined where there is none. */
  readonly body: unknown;
}

/** All that the client needs of the world, so that a test can be the world. */
export interface Surroundings {
  /** Runs the task after so many milliseconds unless it is cancelled. */
  readonly after: (ms: number, task: () => void) => Cancel;
  /** At least 0 and less than 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly openSocket: (token: string, handlers: SocketHandlers) => WireSocket;
  /** Rejects when there was no answer. `path` begins with a slash. */
  readonly request: (method: string, path: string, token: string, body: unknown) => Promise<HttpReply>;
  /** Calls the function whenever the network may be back; returns how to end that. */
  readonly onNetworkBack: (task: () => void) => Cancel;
}
