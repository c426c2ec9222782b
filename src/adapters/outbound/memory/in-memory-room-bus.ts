import type { BusListener, NodeNews, RoomBus, RoomNews } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';

/** What the buses of several nodes in one process are plugged into. */
export class InMemoryHub {
  readonly buses = new Set<InMemoryRoomBus>();
}

/** Carries news between the nodes of one process. Alone on its hub it has nobody to tell. */
export class InMemoryRoomBus implements RoomBus {
  readonly #hub: InMemoryHub;
  readonly #followed = new Set<RoomId>();
  #listener: BusListener | null = null;
  #outgoing = new Map<RoomId, RoomNews[]>();

  constructor(hub: InMemoryHub = new InMemoryHub()) {
    this.#hub = hub;
    hub.buses.add(this);
  }

  listen(listener: BusListener): void {
    this.#listener = listener;
  }

  /** Takes effect at once, so nothing is ever missed. */
  follow(roomId: RoomId): void {
    this.#followed.add(roomId);
  }

  unfollow(roomId: RoomId): void {
    this.#followed.delete(roomId);
  }

  tell(roomId: RoomId, news: RoomNews): void {
    if (this.#hub.buses.size === 1) return;
    if (this.#outgoing.size === 0) setImmediate(() => this.#flush());
    const waiting = this.#outgoing.get(roomId);
    if (waiting) waiting.push(news);
    else this.#outgoing.set(roomId, [news]);
  }

  tellAll(news: NodeNews): void {
    for (const other of this.#others()) setImmediate(() => other.#listener?.nodeNews(structuredClone(news)));
  }

  async close(): Promise<void> {
    this.#hub.buses.delete(this);
  }

  #flush(): void {
    const outgoing = this.#outgoing;
    this.#outgoing = new Map();
    for (const [roomId, news] of outgoing) {
      for (const other of this.#others()) {
        // A copy for each, as after a journey: nobody can change what another one was told.
        if (other.#followed.has(roomId)) other.#listener?.news(roomId, structuredClone(news));
      }
    }
  }

  #others(): InMemoryRoomBus[] {
    return [...this.#hub.buses].filter((bus) => bus !== this);
  }
}
