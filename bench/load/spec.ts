/** What the generator is told, and what it answers; both cross a process boundary as JSON. */

export interface RoomSpec {
  readonly id: string;
  /** The token of each member; the first ones send. */
  readonly tokens: readonly string[];
  readonly senders: number;
}

export interface StreamPhase {
  readonly kind: 'stream';
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** One message at a time, each awaited at its last receiver before the next one is sent. */
export interface LonePhase {
  readonly kind: 'lone';
  readonly messages: number;
  /** Between two messages; 3 if not said. */
  readonly pauseMs?: number;
}

/** The connections stay open and silent until the parent says `release`. */
export interface HoldPhase {
  readonly kind: 'hold';
}

export interface LoadSpec {
  readonly port: number;
  readonly rooms: readonly RoomSpec[];
  /** Messages of one sender that wait for their ack at a time. */
  readonly inFlight: number;
  /**
   * `sync`: the server joins a socket to its user's rooms, and answers this event when it has. `join_room`: the client asks
   * for each room.
   */
  readonly entry: 'sync' | 'join_room';
  /** Whether messages carry a seq, which then has to ascend without a gap on every socket. */
  readonly sequenced: boolean;
  /** Whose processor time is to be measured, besides the generator's own. */
  readonly pids: Readonly<Record<string, number>>;
  readonly phases: readonly (StreamPhase | LonePhase | HoldPhase)[];
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface StreamResult {
  readonly kind: 'stream';
  /** When it was measured, in microseconds of the machine's monotonic clock, which profiles are in as well. */
  readonly fromUs: number;
  readonly toUs: number;
  /** Acked, and received by every member. */
  readonly messagesPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly ackMs: Percentiles;
  readonly bytesPerDelivery: number;
  /**
   * Processor seconds per second, 1 is a whole core. `generator` is this process; `others` have nothing to do with the
   * benchmark, and should be near zero.
   */
  readonly cores: Readonly<Record<string, number>>;
}

export interface LoneResult {
  readonly kind: 'lone';
  /** From the send to the last receiver. */
  readonly lastReceiverMs: Percentiles;
}

export interface LoadResult {
  readonly phases: readonly (StreamResult | LoneResult | { readonly kind: 'hold' })[];
  readonly sent: number;
  readonly delivered: number;
  /** Violations and refusals that were seen on the wire, the same ones counted together. */
  readonly errors: readonly string[];
}

export type FromGenerator =
  | { readonly type: 'holding' }
  | { readonly type: 'result'; readonly result: LoadResult }
  | { readonly type: 'failed'; readonly reason: string };

export type ToGenerator = { readonly type: 'load'; readonly spec: LoadSpec } | { readonly type: 'release' };
