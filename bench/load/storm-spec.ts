/** What the storm is told, and what it answers; both cross a process boundary as JSON. */

export interface StormSpec {
  readonly port: number;
  /** One client each; all of them come at once. */
  readonly clients: readonly {
    readonly token: string;
    readonly roomId: string;
  }[];
  /** What a client sends once it is let in; the time ends with the ack. */
  readonly then: 'sync' | 'join_room';
  /** Where the clients stand in their rooms. */
  readonly afterSeq: number;
  readonly pid: number;
}

export interface StormResult {
  readonly clients: number;
  /** From the first attempt to the last client that is let in, and that has the answer to what it asked then. */
  readonly connectedMs: number;
  readonly syncedMs: number;
  /** Until half of the clients, and 99 % of them, had their answer. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly refused: number;
  readonly lost: number;
  readonly nacks: number;
  /** Events of presence that all of them were sent until the last one was synced. */
  readonly statuses: number;
  readonly serverCores: number;
  readonly generatorCores: number;
}
