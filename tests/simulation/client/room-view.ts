/** One client's picture of one room: where it began and what came since, in order and without a gap. */
export class RoomView {
  readonly ids: string[] = [];
  /** Null until a snapshot has told where the view begins; what is pushed before that is kept. */
  baseSeq: number | null = null;
  readonly #held = new Map<number, string>();

  get position(): number {
    return (this.baseSeq ?? 0) + this.ids.length;
  }

  /** Whether something is here whose predecessor is missing. */
  get hasGap(): boolean {
    return this.baseSeq !== null && this.#held.size > 0;
  }

  /** Returns what could be put in place. */
  begin(baseSeq: number): { readonly seq: number; readonly id: string }[] {
    this.baseSeq = baseSeq;
    return this.#settle();
  }

  accept(seq: number, id: string): { readonly seq: number; readonly id: string }[] {
    if (this.baseSeq === null || seq > this.position) this.#held.set(seq, id);
    return this.#settle();
  }

  #settle(): { readonly seq: number; readonly id: string }[] {
    if (this.baseSeq === null) return [];
    const placed = [];
    for (;;) {
      const seq = this.position + 1;
      const id = this.#held.get(seq);
      if (id === undefined) break;
      this.ids.push(id);
      placed.push({ seq, id });
    }
    for (const seq of this.#held.keys()) if (seq <= this.position) this.#held.delete(seq);
    return placed;
  }
}
