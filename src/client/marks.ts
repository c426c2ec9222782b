import type { Courier } from './courier.ts';

type Kind = 'read_receipt' | 'delivery_receipt';

/** Watermarks on their way: only the highest is told, however many there are meanwhile, and until it has arrived. */
export class Marks {
  readonly #courier: Pick<Courier, 'ask'>;
  readonly #wanted = new Map<string, number>();
  readonly #busy = new Set<string>();

  constructor(courier: Pick<Courier, 'ask'>) {
    this.#courier = courier;
  }

  raise(kind: Kind, roomId: string, seq: number): void {
    const key = `${kind} ${roomId}`;
    if (seq <= (this.#wanted.get(key) ?? 0)) return;
    this.#wanted.set(key, seq);
    if (!this.#busy.has(key)) void this.#tell(key, kind, roomId);
  }

  async #tell(key: string, kind: Kind, roomId: string): Promise<void> {
    this.#busy.add(key);
    for (let told = 0; ;) {
      const seq = this.#wanted.get(key) ?? 0;
      if (seq === told) break;
      await this.#courier.ask(kind, { roomId, seq });
      told = seq;
    }
    this.#busy.delete(key);
  }
}
