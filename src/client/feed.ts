import { asLogEntry } from './checks.ts';
import { RoomView } from './room-view.ts';
import type { Cancel, Surroundings } from './surroundings.ts';
import type { LogEntry, Reply, RoomEvent } from './wire-types.ts';

type Page = Reply<'sync'>['rooms'][number];

interface FeedDeps extends Pick<Surroundings, 'after'> {
  /** The own user's id; null while it is not known yet. */
  readonly userId: () => string | null;
  /** The next entry of a room: in order, once, without a gap. */
  readonly told: (entry: LogEntry) => void;
  /** A room is followed from here on. */
  readonly entered: (roomId: string, position: number) => void;
  /** A room is over; by what, where that was heard. */
  readonly gone: (roomId: string, event: RoomEvent | null) => void;
  /** Something is missing, and nobody brings it. */
  readonly isMissing: () => void;
}

/** How long a gap may close by itself. */
const GAP_MS = 300;
const UNHEEDED_MAX = 1_000;

/** Puts together what is pushed and what is read: each room's log in order, from where it began. */
export class Feed {
  readonly #deps: FeedDeps;
  readonly #views = new Map<string, RoomView>();
  /** Rooms that ended while an answer was under way that may not know of it. */
  readonly #ended = new Set<string>();
  /** The latest that came of rooms which were not followed then: a snapshot of one may be older. */
  readonly #unheeded = new Map<string, number>();
  #isReading = false;
  #cancelGapTimer: Cancel | null = null;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  /** What was told of each room, to go on from. */
  get positions(): ReadonlyMap<string, number> {
    const positions = new Map<string, number>();
    for (const [roomId, { position }] of this.#views) if (position !== null) positions.set(roomId, position);
    return positions;
  }

  positionOf(roomId: string): number | null {
    return this.#views.get(roomId)?.position ?? null;
  }

  /** Goes on from where an earlier client was. */
  resume(roomId: string, position: number): void {
    const view = new RoomView();
    view.begin(position);
    this.#views.set(roomId, view);
  }

  /** An entry that was pushed or read. */
  take(entry: LogEntry): void {
    const { roomId, seq } = entry;
    const view = this.#viewFor(entry);
    if (view === null) return;
    this.#tell(view.accept(entry));
    if (this.#isOwnEnd(entry) && this.#views.get(roomId) === view && (view.position ?? 0) <= seq) {
      // What came before and was not heard cannot be read any more.
      this.forget(roomId, entry);
    }
    this.#watchGaps();
  }

  /** A snapshot was taken at this place. */
  join(roomId: string, headSeq: number): void {
    this.#ended.delete(roomId);
    const view = this.#views.get(roomId) ?? new RoomView();
    view.expect(headSeq);
    if (view.position === null) this.#begin(roomId, view, headSeq);
    this.#watchGaps();
  }

  forget(roomId: string, event: RoomEvent | null): void {
    const view = this.#views.get(roomId);
    if (view === undefined) return;
    this.#views.delete(roomId);
    this.#ended.add(roomId);
    if (view.position !== null) this.#deps.gone(roomId, event);
  }

  /** An answer to `sync` from these positions is under way; returns how to take it. */
  beginSync(positions: ReadonlyMap<string, number>): (reply: Reply<'sync'>) => void {
    this.#isReading = true;
    this.#ended.clear();
    const asked = new Map([...positions.keys()].map((roomId) => [roomId, this.#views.get(roomId)]));
    return (reply) => {
      for (const roomId of reply.gone) {
        const view = asked.get(roomId);
        // Not when it was left and joined again meanwhile.
        if (view !== undefined && view === this.#views.get(roomId)) this.forget(roomId, null);
      }
      for (const page of reply.rooms) {
        // A log never gets shorter, but an older one takes its place when a backup is restored.
        if (page.headSeq < (positions.get(page.roomId) ?? 0)) this.#begin(page.roomId, new RoomView(), page.headSeq);
        else this.#takePage(page);
      }
      const mine = new Set(reply.rooms.map(({ roomId }) => roomId));
      for (const [roomId, view] of this.#views) {
        if (view.position === null && !mine.has(roomId)) this.#views.delete(roomId);
      }
    };
  }

  endSync(): void {
    this.#isReading = false;
    this.#watchGaps();
  }

  close(): void {
    this.#cancelGapTimer?.();
  }

  #takePage({ roomId, events, headSeq }: Page): void {
    const view = this.#views.get(roomId);
    if (view === undefined) {
      // Another device of the user has joined it.
      if (!this.#ended.has(roomId)) this.#begin(roomId, new RoomView(), headSeq);
    } else if (view.position === null) {
      view.expect(headSeq);
      this.#begin(roomId, view, Math.min(headSeq, view.earliestHeld - 1));
    } else {
      view.expect(headSeq);
      for (const event of events) {
        const entry = asLogEntry(event);
        if (entry) this.take(entry);
      }
    }
  }

  #viewFor(entry: LogEntry): RoomView | null {
    const { roomId, seq } = entry;
    const known = this.#views.get(roomId);
    const isOwnJoin = entry.type === 'member_joined' && entry.userId === this.#deps.userId();
    if (isOwnJoin && (known?.position ?? null) === null) return this.#begin(roomId, known ?? new RoomView(), seq - 1);
    if (known) return known;
    // What is read now will tell whether the user is in that room.
    if (!this.#isReading || this.#ended.has(roomId)) return this.#noteUnheeded(entry);
    const view = new RoomView();
    this.#views.set(roomId, view);
    return view;
  }

  #noteUnheeded({ roomId, seq }: LogEntry): null {
    this.#unheeded.set(roomId, Math.max(seq, this.#unheeded.get(roomId) ?? 0));
    const oldest = this.#unheeded.size > UNHEEDED_MAX ? this.#unheeded.keys().next() : null;
    if (oldest && !oldest.done) this.#unheeded.delete(oldest.value);
    return null;
  }

  #begin(roomId: string, view: RoomView, position: number): RoomView {
    this.#views.set(roomId, view);
    this.#ended.delete(roomId);
    const ready = view.begin(position);
    this.#deps.entered(roomId, position);
    this.#tell(ready);
    view.expect(this.#unheeded.get(roomId) ?? position);
    this.#unheeded.delete(roomId);
    return view;
  }

  #tell(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.#deps.told(entry);
  }

  #isOwnEnd(entry: LogEntry): entry is RoomEvent {
    const isEnd = entry.type === 'member_left' || entry.type === 'member_removed' || entry.type === 'member_banned';
    return isEnd && entry.userId === this.#deps.userId();
  }

  #watchGaps(): void {
    if (this.#cancelGapTimer || this.#isReading || !this.#isBehind()) return;
    this.#cancelGapTimer = this.#deps.after(GAP_MS, () => {
      this.#cancelGapTimer = null;
      if (this.#isBehind()) this.#deps.isMissing();
    });
  }

  #isBehind(): boolean {
    return [...this.#views.values()].some((view) => view.isBehind);
  }
}
