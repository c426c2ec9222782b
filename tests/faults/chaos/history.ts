/** An entry of a room's log, as a client is told of it. */
export interface LogEntry {
  readonly id: string;
  readonly roomId: string;
  readonly seq: number;
  readonly type: string;
  /** Who sent a message, or whom a change is about. */
  readonly userId: string;
  readonly clientMessageId?: string;
}

export interface Acked {
  readonly roomId: string;
  readonly userId: string;
  readonly clientMessageId: string;
  readonly id: string;
  readonly seq: number;
  readonly atMs: number;
}

export interface Heard {
  readonly atMs: number;
  readonly entry: LogEntry;
}

/** One connection of one member, and all that it brought, in its order. */
export interface ConnectionRecord {
  readonly userId: string;
  readonly fromMs: number;
  toMs: number;
  readonly heard: Heard[];
}

/** From the ack of a leaving to the asking for the next joining. */
export interface Absence {
  readonly userId: string;
  readonly roomId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Everything that happened, as the clients know it, and what the log says at the end. */
export interface ChaosHistory {
  readonly acked: readonly Acked[];
  readonly connections: readonly ConnectionRecord[];
  readonly absences: readonly Absence[];
  /** By member and room, which seqs the member has in the end, by whatever way. */
  readonly views: readonly { readonly userId: string; readonly roomId: string; readonly seqs: ReadonlySet<number> }[];
  /** The log of each room, read at the end from its beginning. */
  readonly logs: ReadonlyMap<string, readonly LogEntry[]>;
  /** Refusals that no client who keeps to the contract should see. */
  readonly refused: readonly string[];
}
