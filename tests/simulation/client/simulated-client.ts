import type { ServerPacket } from '../network/sim-server.ts';
import type { Connection } from './connection.ts';
import type { Outgoing } from './outbox.ts';
import type { Reader } from './reader.ts';

/** One client's picture of one room. */
export interface ClientView {
  readonly baseSeq: number | null;
  readonly ids: readonly string[];
  readonly position: number;
}

/** A device of a user, whatever is in it. */
export interface SimulatedClient {
  readonly name: string;
  readonly userId: string;
  readonly connection: Connection | null;
  readonly views: ReadonlyMap<string, ClientView>;
  readonly outbox: { readonly unanswered: readonly string[]; deliver(message: Outgoing): Promise<void> };
  readonly reads: Reader;
  start(): Promise<void>;
  heard(connection: Connection, packet: ServerPacket): void;
  lost(connection: Connection): void;
  join(roomId: string): Promise<void>;
  leave(roomId: string): Promise<void>;
  mark(kind: 'read' | 'delivered', roomId: string, seq: number): Promise<void>;
  create(): Promise<void>;
}
