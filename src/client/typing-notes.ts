import type { Cancel, Surroundings } from './surroundings.ts';

/** The server takes somebody as typing for twice as long. */
const REPEAT_MS = 3_000;

/** Says that the user types, at most so often; may be called at every key. */
export class TypingNotes {
  readonly #after: Surroundings['after'];
  readonly #say: (roomId: string, isTyping: boolean) => void;
  readonly #said = new Map<string, Cancel>();

  constructor(after: Surroundings['after'], say: (roomId: string, isTyping: boolean) => void) {
    this.#after = after;
    this.#say = say;
  }

  set(roomId: string, isTyping: boolean): void {
    const forget = this.#said.get(roomId);
    if (isTyping === (forget !== undefined)) return;
    this.ended(roomId);
    if (isTyping)
      this.#said.set(
        roomId,
        this.#after(REPEAT_MS, () => this.#said.delete(roomId)),
      );
    this.#say(roomId, isTyping);
  }

  /** A message ends it for the server as well. */
  ended(roomId: string): void {
    this.#said.get(roomId)?.();
    this.#said.delete(roomId);
  }

  close(): void {
    for (const forget of this.#said.values()) forget();
    this.#said.clear();
  }
}
