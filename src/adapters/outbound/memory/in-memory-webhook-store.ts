import type * as ports from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { Webhook, WebhookId } from '../../../domain/webhook/webhook.ts';
import type { Access } from './access.ts';
import type { MemoryLog } from './memory-log.ts';
import type { MemoryTables } from './memory-tables.ts';

interface Lease {
  readonly owner: string;
  readonly untilMs: number;
}

const BEGINNING: ports.WebhookPosition = Object.freeze({ seq: 0, attempts: 0, nextAttemptAtMs: null });

/** No unit of work touches it, so it has no part in the tables that one forks. */
export class InMemoryWebhookStore implements ports.WebhookStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;
  readonly #log: MemoryLog;
  readonly #webhooks = new Map<WebhookId, Webhook>();
  readonly #leases = new Map<WebhookId, Lease>();
  readonly #positions = new Map<WebhookId, Map<RoomId, ports.WebhookPosition>>();
  readonly #letters = new Map<WebhookId, Map<string, ports.DeadLetter>>();

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables; readonly log: MemoryLog }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
    this.#log = deps.log;
  }

  add(webhook: Webhook): Promise<void> {
    return this.#access.write(() => {
      for (const { id } of this.#tables.rooms.values()) {
        this.#set({ webhookId: webhook.id, roomId: id }, { ...BEGINNING, seq: this.#log.head(id) });
      }
      this.#webhooks.set(webhook.id, Object.freeze({ ...webhook }));
    });
  }

  byId(id: WebhookId): Promise<Webhook | null> {
    return this.#access.read(() => this.#webhooks.get(id) ?? null);
  }

  all(): Promise<readonly Webhook[]> {
    return this.#access.read(() => [...this.#webhooks.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  update(id: WebhookId, change: Partial<Webhook>): Promise<boolean> {
    return this.#access.write(() => {
      const webhook = this.#webhooks.get(id);
      if (webhook) this.#webhooks.set(id, Object.freeze({ ...webhook, ...change }));
      return webhook !== undefined;
    });
  }

  remove(id: WebhookId): Promise<boolean> {
    return this.#access.write(() => {
      for (const part of [this.#leases, this.#positions, this.#letters]) part.delete(id);
      return this.#webhooks.delete(id);
    });
  }

  lease(id: WebhookId, { owner, nowMs, untilMs }: { owner: string; nowMs: number; untilMs: number }): Promise<boolean> {
    return this.#access.write(() => {
      const held = this.#leases.get(id);
      if (!this.#webhooks.has(id) || (held && held.owner !== owner && held.untilMs > nowMs)) return false;
      this.#leases.set(id, { owner, untilMs });
      return true;
    });
  }

  release(id: WebhookId, owner: string): Promise<void> {
    return this.#access.write(() => {
      if (this.#leases.get(id)?.owner === owner) this.#leases.delete(id);
    });
  }

  backlog({ webhookId, afterRoomId, limit }: ports.BacklogRequest): Promise<ports.Backlog> {
    return this.#access.read(() => {
      const page = this.#tables.rooms
        .values()
        .map(({ id }) => id)
        .filter((id) => afterRoomId === null || id > afterRoomId)
        .sort()
        .slice(0, limit);
      const rooms = page.map((roomId) => ({ roomId, ...this.#at({ webhookId, roomId }) }));
      return {
        rooms: rooms.filter(({ roomId, seq }) => this.#log.head(roomId) > seq),
        lastRoomId: page.length < limit ? null : (page.at(-1) ?? null),
      };
    });
  }

  position(place: ports.WebhookPlace): Promise<ports.WebhookPosition> {
    return this.#access.read(() => this.#at(place));
  }

  advance(move: Parameters<ports.WebhookStore['advance']>[0]): Promise<boolean> {
    return this.#access.write(() => this.#move(move, move.fromSeq, { ...BEGINNING, seq: move.toSeq }));
  }

  postpone(place: ports.WebhookPlace & ports.WebhookPosition): Promise<boolean> {
    return this.#access.write(() => this.#move(place, place.seq, place));
  }

  bury({ fromSeq, ...letter }: ports.DeadLetter & { readonly fromSeq: number }): Promise<boolean> {
    return this.#access.write(() => {
      if (!this.#move(letter, fromSeq, { ...BEGINNING, seq: letter.seq })) return false;
      const letters = this.#letters.get(letter.webhookId) ?? new Map<string, ports.DeadLetter>();
      this.#letters.set(letter.webhookId, letters.set(`${letter.roomId}/${letter.seq}`, Object.freeze(letter)));
      return true;
    });
  }

  deadLetters(id: WebhookId, limit: number): Promise<readonly ports.DeadLetter[]> {
    return this.#access.read(() => {
      const letters = [...(this.#letters.get(id)?.values() ?? [])];
      const inOrder = (a: ports.DeadLetter, b: ports.DeadLetter) =>
        b.atMs - a.atMs || (a.roomId === b.roomId ? a.seq - b.seq : a.roomId < b.roomId ? -1 : 1);
      return letters.sort(inOrder).slice(0, limit);
    });
  }

  rewind({ seq, ...place }: Parameters<ports.WebhookStore['rewind']>[0]): Promise<void> {
    return this.#access.write(() => this.#set(place, { ...BEGINNING, seq }));
  }

  hurry(id: WebhookId): Promise<void> {
    return this.#access.write(() => {
      for (const [roomId, { seq }] of this.#positions.get(id) ?? []) {
        this.#set({ webhookId: id, roomId }, { ...BEGINNING, seq });
      }
    });
  }

  #at({ webhookId, roomId }: ports.WebhookPlace): ports.WebhookPosition {
    return this.#positions.get(webhookId)?.get(roomId) ?? BEGINNING;
  }

  #set({ webhookId, roomId }: ports.WebhookPlace, position: ports.WebhookPosition): void {
    const rooms = this.#positions.get(webhookId) ?? new Map<RoomId, ports.WebhookPosition>();
    const { seq, attempts, nextAttemptAtMs } = position;
    this.#positions.set(webhookId, rooms.set(roomId, Object.freeze({ seq, attempts, nextAttemptAtMs })));
  }

  #move(place: ports.WebhookPlace, fromSeq: number, to: ports.WebhookPosition): boolean {
    if (this.#at(place).seq !== fromSeq) return false;
    this.#set(place, to);
    return true;
  }
}
