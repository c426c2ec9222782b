import type { Transaction } from 'sequelize';
import { AppError } from '../../../application/errors/app-error.ts';
import type { Appended, MessageDraft } from '../../../application/ports/index.ts';
import type { MessageEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Database } from './database.ts';
import { Doubts } from './doubts.ts';
import type { Ticket } from './waiting-item.ts';
import { LruMap } from './lru-map.ts';
import type { RoomLogTable } from './room-log-table.ts';
import { entryOf, identityOf, numberFrom, roomsOf, type Numbered } from './numbering.ts';
import { kindOf, overloaded, translateError } from './translate-error.ts';
import { ATTEMPTS_MAX, backOff } from './with-retries.ts';

type Send = Ticket<MessageDraft, Appended>;

interface Written extends Pick<Numbered, 'heads'> {
  /** In the order of the drafts; null where the sender is no member any more. */
  readonly entries: readonly (MessageEntry | null)[];
}

const ROOMS_REMEMBERED = 50_000;
const RACES_MAX = 10;
const PAUSE_MAX_MS = 10;
/** No further attempt is begun after this long: the caller had better hear of it. */
const ATTEMPTS_MS = 6_000;

/**
 * Writes a batch of drafts. Whoever wrote last to a room knows its head and needs one statement, whose primary key
 * refuses it if somebody else was faster. Where others write as well, a statement that takes the lock finds the head.
 * Everything that goes wrong ends in `#underLock`, which looks first at what is there: that settles a repeat, a lost
 * race and a commit of which nobody knows whether it happened alike.
 */
export class LogWriter {
  readonly #database: Database;
  readonly #table: RoomLogTable;
  readonly #hold: (roomId: RoomId) => () => void;
  /** Seqs known to be committed. A room may be ahead of this, never behind. */
  readonly #heads = new LruMap<RoomId, number>(ROOMS_REMEMBERED);
  readonly #doubts = new Doubts();

  /** Until the function that `hold` returns is called, no further batch takes drafts of the room. */
  constructor(database: Database, table: RoomLogTable, hold: (roomId: RoomId) => () => void) {
    this.#database = database;
    this.#table = table;
    this.#hold = hold;
  }

  /** Drafts of one room get ascending seqs, in their order. */
  async write(sends: readonly Send[]): Promise<void> {
    // Writers that insert rows and take locks in one order do not wait for each other in a circle.
    const sorted = sends.toSorted((a, b) => compare(a.item.roomId, b.item.roomId));
    const calm: Send[] = [];
    const doubtful: Send[] = [];
    for (const send of sorted) (this.#doubts.isAbout(send.item) ? doubtful : calm).push(send);
    await Promise.all([this.#inOneStatement(calm), this.#afterOthers(doubtful)]);
  }

  /** The user's membership is about to end; messages that were let through before are checked again. */
  suspect(roomId: RoomId, userId: UserId): void {
    this.#doubts.membership(roomId, userId);
  }

  /** A unit of work has committed these seqs in the room; what stands before them may be unseen here. */
  learn(roomId: RoomId, from: number, to: number): void {
    if ((this.#heads.get(roomId) ?? 0) + 1 < from) this.#doubts.unfamiliar(roomId);
    this.#remember(roomId, to);
  }

  #remember(roomId: RoomId, seq: number): void {
    if ((this.#heads.get(roomId) ?? 0) < seq) this.#heads.set(roomId, seq);
  }

  async #inOneStatement(sends: readonly Send[]): Promise<void> {
    if (sends.length === 0) return;
    const drafts = draftsOf(sends);
    try {
      const written = await this.#database.exclusively(async () => {
        const heads = await this.#knownHeads(roomsOf(drafts));
        // A membership may have ended while this waited. One that ends from here on takes one of these seqs.
        if (drafts.some((draft) => this.#doubts.isAbout(draft)) || !(await this.#areMembers(drafts))) return null;
        const numbered = numberFrom(heads, drafts);
        await this.#table.insert(numbered.entries, null);
        return numbered;
      });
      if (written === null) await this.#underLock(sends);
      else this.#confirm(sends, written);
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'unavailable') this.#refuse(sends, error);
      else if (kind === 'other') await this.#apart(sends, error, (one) => this.#inOneStatement(one));
      else await this.#underLock(sends);
    }
  }

  /** Where others write as well: nobody waits for an answer of this node to go on. */
  async #afterOthers(sends: readonly Send[]): Promise<void> {
    if (sends.length === 0) return;
    if (this.#database.dialect !== 'mysql') return this.#underLock(sends);
    const drafts = draftsOf(sends);
    try {
      const startMs = performance.now();
      const seqs = await this.#database.exclusively(() => this.#table.insertBehind(drafts, null));
      for (const roomId of roomsOf(drafts)) this.#pause(roomId, (performance.now() - startMs) / 2);
      this.#confirm(sends, this.#placed(drafts, seqs));
    } catch (error) {
      if (kindOf(error) === 'unavailable') this.#refuse(sends, error);
      else await this.#underLock(sends);
    }
  }

  /**
   * It is the others' turn: a batch that came at once would only wait in the database, and be smaller than it could be.
   * About half of the time that the last one took was theirs.
   */
  #pause(roomId: RoomId, ms: number): void {
    setTimeout(this.#hold(roomId), Math.min(ms, PAUSE_MAX_MS));
  }

  /** Drafts without a seq are of senders who are no members. */
  #placed(drafts: readonly MessageDraft[], seqs: ReadonlyMap<string, number>): Written {
    const heads = new Map<RoomId, number>();
    const entries = drafts.map((draft) => {
      const seq = seqs.get(draft.id);
      if (seq === undefined) return null;
      if (!heads.has(draft.roomId)) this.#noteForeignWrites(draft.roomId, seq);
      heads.set(draft.roomId, seq);
      return entryOf(draft, seq);
    });
    return { entries, heads };
  }

  #noteForeignWrites(roomId: RoomId, nextSeq: number): void {
    const known = this.#heads.get(roomId);
    if (known === undefined) this.#doubts.unfamiliar(roomId);
    else if (known !== nextSeq - 1) this.#doubts.contended(roomId);
  }

  async #underLock(sends: readonly Send[]): Promise<void> {
    if (sends.length === 0) return;
    const drafts = draftsOf(sends);
    const lastStartMs = performance.now() + ATTEMPTS_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const written = await this.#database.transaction((transaction) => this.#complete(drafts, transaction));
        this.#confirm(sends, written);
        return;
      } catch (error) {
        const kind = kindOf(error);
        if (kind === 'other') return this.#apart(sends, error, (one) => this.#underLock(one));
        if (kind === 'unavailable' || attempt === ATTEMPTS_MAX || performance.now() > lastStartMs) {
          return this.#refuse(sends, error);
        }
      }
      await backOff(attempt);
    }
  }

  /** Adds what is missing of the drafts; the entries are those of the drafts, in their order. */
  async #complete(drafts: readonly MessageDraft[], transaction: Transaction): Promise<Written> {
    if (this.#database.dialect === 'mysql') {
      const lock = 'SELECT id FROM rooms WHERE id IN (?) ORDER BY id FOR UPDATE';
      await this.#database.rows(lock, [roomsOf(drafts)], transaction);
    }
    for (let race = 1; ; race += 1) {
      const known = new Map<string, MessageEntry>();
      for (const entry of await this.#table.written(drafts, transaction)) known.set(identityOf(entry), entry);
      const missing = [...new Map(drafts.map((draft) => [identityOf(draft), draft])).values()].filter(
        (draft) => !known.has(identityOf(draft)),
      );
      try {
        const { entries, heads } = this.#placed(missing, await this.#table.insertBehind(missing, transaction));
        for (const entry of entries) if (entry !== null) known.set(identityOf(entry), entry);
        return { entries: drafts.map((draft) => known.get(identityOf(draft)) ?? null), heads };
      } catch (error) {
        // A node that does not know yet that it is not alone does not take the lock. The failure undid one statement;
        // as soon as the rows are in, the other node waits for us, and then takes the lock as well.
        if (kindOf(error) !== 'duplicate' || race === RACES_MAX) throw error;
      }
    }
  }

  async #knownHeads(rooms: readonly RoomId[]): Promise<Map<RoomId, number>> {
    const heads = new Map<RoomId, number>();
    const unknown: RoomId[] = [];
    for (const room of rooms) {
      const head = this.#heads.get(room);
      if (head === undefined) unknown.push(room);
      else heads.set(room, head);
    }
    if (unknown.length === 0) return heads;
    for (const [room, head] of await this.#table.heads(unknown, null)) heads.set(room, head);
    for (const room of unknown) this.#doubts.unfamiliar(room);
    return heads;
  }

  /** Looks again at the senders in rooms of which this node has not seen all for long enough. */
  async #areMembers(drafts: readonly MessageDraft[]): Promise<boolean> {
    const unsure = drafts.filter(({ roomId }) => this.#doubts.isUnfamiliar(roomId));
    return unsure.length === 0 || (await this.#table.ofMembers(unsure, null)).length === unsure.length;
  }

  /** One draft that the database does not take must not fail the others: each goes alone. */
  async #apart(sends: readonly Send[], error: unknown, write: (one: readonly Send[]) => Promise<void>): Promise<void> {
    if (sends.length === 1) return this.#refuse(sends, error);
    for (const send of sends) await write([send]);
  }

  #confirm(sends: readonly Send[], { entries, heads }: Written): void {
    for (const [roomId, seq] of heads) this.#remember(roomId, seq);
    for (const [index, send] of sends.entries()) {
      const entry = entries[index] ?? null;
      // An entry with the draft's own id was written by an attempt whose outcome had been unknown.
      send.settle(entry === null ? new AppError('NOT_A_MEMBER') : { entry, deduplicated: entry.id !== send.item.id });
    }
  }

  #refuse(sends: readonly Send[], error: unknown): void {
    // A race that was lost every time is no conflict of the caller's making.
    const outcome = kindOf(error) === 'duplicate' ? overloaded() : translateError(error);
    for (const send of sends) {
      this.#heads.delete(send.item.roomId);
      send.settle(outcome);
    }
  }
}

const draftsOf = (sends: readonly Send[]): MessageDraft[] => sends.map(({ item }) => item);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
