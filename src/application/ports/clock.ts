export interface Clock {
  /** Milliseconds since the Unix epoch, UTC. May jump; nothing is ever ordered by it. */
  nowMs(): number;
}
