import type { LogEntry } from './wire-types.ts';

/** As much as is kept of what came early; the rest is read again. */
const HELD_MAX = 1_000;

/** How far one room has been told, and what waits because something before it is missing. */
export class RoomView {
  readonly #held = new Map<number, LogEntry>();
  #position: number | null = null;
  #headSeq = 0;

  /** Everything up to here was told; null until it is known where that begins. */
  get position(): number | null {
    return this.#position;
  }

  get isBehind(): boolean {
    return this.#position !== null && this.#headSeq > this.#position;
  }

  /** The first that came before it was known where to begin. */
  get earliestHeld(): number {
    return Math.min(...this.#held.keys());
  }

  /** Returns what can be told now. */
  begin(position: number): LogEntry[] {
    this.#position = position;
    return this.#settle();
  }

  /** The log reaches at least this far. */
  expect(headSeq: number): void {
    this.#headSeq = Math.max(this.#headSeq, headSeq);
  }

  /** Returns what can be told now, in order: nothing for a duplicate, nothing for what is early. */
  accept(entry: LogEntry): LogEntry[] {
    this.expect(entry.seq);
    if (entry.type === 'messages_erased') this.#erase(entry);
    const isNext = this.#position !== null && entry.seq === this.#position + 1;
    if (isNext || this.#held.size < HELD_MAX) this.#held.set(entry.seq, entry);
    return this.#settle();
  }

  /** What is told after this must not have a text that is gone. */
  #erase({ userId, fromSeq, toSeq, createdAt }: Extract<LogEntry, { type: 'messages_erased' }>): void {
    for (const [seq, entry] of this.#held) {
      if (entry.type !== 'message' || seq < fromSeq || seq > toSeq || (userId ?? entry.userId) !== entry.userId)
        continue;
      this.#held.set(seq, { ...entry, content: '', erasedAt: createdAt });
    }
  }

  #settle(): LogEntry[] {
    const told: LogEntry[] = [];
    if (this.#position === null) return told;
    for (const seq of this.#held.keys()) if (seq <= this.#position) this.#held.delete(seq);
    for (;;) {
      const entry = this.#held.get(this.#position + 1);
      if (entry === undefined) return told;
      this.#held.delete(entry.seq);
      this.#position = entry.seq;
      told.push(entry);
    }
  }
}
