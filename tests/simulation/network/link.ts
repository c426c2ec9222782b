import type { Random } from '../random.ts';
import type { SimTime } from '../sim-time.ts';

export interface LinkRates {
  readonly latencyMs: number;
  /** How likely one frame is held up, and with it all that follow. */
  readonly stall: number;
  readonly stallMaxMs: number;
  /** Only where frames travel each by itself: lost, doubled, overtaken. */
  readonly drop: number;
  readonly duplicate: number;
}

export type Frames = 'in order' | 'one by one';

interface Ends<ToServer, ToClient> {
  readonly toServer: (frame: ToServer) => void;
  readonly toClient: (frame: ToClient) => void;
}

/**
 * One connection. In order, as a WebSocket is: every frame arrives once and after those before it, until the connection
 * breaks and takes with it what is on its way. One by one, as requests of their own are: no promise at all.
 */
export class Link<ToServer, ToClient> {
  readonly frames: Frames;
  readonly #time: SimTime;
  readonly #random: Random;
  readonly #rates: LinkRates;
  readonly #ends: Ends<ToServer, ToClient>;
  readonly #isCalm: () => boolean;
  #isOpen = true;
  #lastToServerMs = 0;
  #lastToClientMs = 0;

  constructor(
    deps: {
      readonly time: SimTime;
      readonly random: Random;
      readonly rates: LinkRates;
      readonly isCalm: () => boolean;
    },
    frames: Frames,
    ends: Ends<ToServer, ToClient>,
  ) {
    this.#time = deps.time;
    this.#random = deps.random;
    this.#rates = deps.rates;
    this.#isCalm = deps.isCalm;
    this.frames = frames;
    this.#ends = ends;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  cut(): void {
    this.#isOpen = false;
  }

  toServer(frame: ToServer): void {
    this.#lastToServerMs = this.#carry(this.#lastToServerMs, () => this.#ends.toServer(frame));
  }

  toClient(frame: ToClient): void {
    this.#lastToClientMs = this.#carry(this.#lastToClientMs, () => this.#ends.toClient(frame));
  }

  /** About the connection itself: either end finds out, one way or the other. */
  tellClient(frame: ToClient): void {
    this.#time.after(this.#rates.latencyMs, () => this.#ends.toClient(frame));
  }

  #carry(lastMs: number, arrive: () => void): number {
    const { latencyMs, stall, stallMaxMs, drop, duplicate } = this.#rates;
    const random = this.#random;
    const isCalm = this.#isCalm();
    const stallMs = !isCalm && random.chance(stall) ? random.between(0, stallMaxMs) : 0;
    const atMs = this.#time.nowMs + latencyMs * random.between(0.2, 2) + stallMs;
    const set = (whenMs: number) =>
      void this.#time.at(whenMs, () => {
        if (this.#isOpen) arrive();
      });
    if (this.frames === 'in order') {
      set(Math.max(lastMs, atMs));
      return Math.max(lastMs, atMs);
    }
    if (!isCalm && random.chance(drop)) return 0;
    set(atMs);
    if (!isCalm && random.chance(duplicate)) set(atMs + random.between(0, 500));
    return 0;
  }
}
