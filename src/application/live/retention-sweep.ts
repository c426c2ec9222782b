import type { MessageId } from '../../domain/message/message.ts';
import { tombstoneOf } from '../../domain/room/erasure.ts';
import { isMessage, type RoomEntry } from '../../domain/room/room-entry.ts';
import type * as ports from '../ports/index.ts';
import type { RoomFeed } from './room-feed.ts';

export const DAY_MS = 24 * 60 * 60 * 1_000;
/** Between two looks at all rooms. */
export const SWEEP_MS = 10 * 60_000;
/** Between two steps of one look, for all others who need the database. */
export const PAUSE_MS = 200;
const LEASE_MS = 60_000;
const ROOMS_AT_A_TIME = 50;
const ENTRIES_AT_A_TIME = 200;

interface RetentionSweepDeps {
  readonly retention: ports.RetentionStore;
  readonly log: ports.RoomLog;
  readonly unitOfWork: ports.UnitOfWork;
  readonly feed: Pick<RoomFeed, 'committed'>;
  readonly scheduler: ports.Scheduler;
  readonly ids: ports.IdGenerator;
  readonly clock: ports.Clock;
  readonly logger: ports.Logger;
  readonly nodeId: string;
  /** So long texts are kept at most, whatever a room says; null: as long as the room says. */
  readonly daysMax: number | null;
}

/**
 * Takes the texts of messages that are older than their room keeps them, the oldest first and in small steps, on one
 * node at a time. Where it was stopped it goes on: what is done is in the log, and a step that is done twice finds
 * nothing to do. A log is nearly in the order of time; what is out of it waits for the entries before it.
 */
export class RetentionSweep {
  readonly #deps: RetentionSweepDeps;
  #position: ports.RoomRetention['roomId'] | undefined;
  #cancel: ports.Cancel | null = null;
  #stopped = false;

  constructor(deps: RetentionSweepDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#schedule(PAUSE_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#cancel = this.#deps.scheduler.after(delayMs, async () => {
      let isDone = true;
      try {
        isDone = await this.#step();
      } catch (error) {
        this.#deps.logger.warn({ error }, 'texts that are too old could not be taken away; it is tried again');
      }
      this.#schedule(isDone ? SWEEP_MS : PAUSE_MS);
    });
  }

  /** Looks at some rooms, and does as much as one needs at a time. Resolves to whether all rooms are looked at. */
  async #step(): Promise<boolean> {
    const { retention, nodeId, daysMax } = this.#deps;
    const nowMs = this.#deps.clock.nowMs();
    if (!(await retention.lease(nodeId, { nowMs, untilMs: nowMs + LEASE_MS }))) return true;
    const after = this.#position === undefined ? {} : { afterId: this.#position };
    const page = await retention.page({ ...after, limit: ROOMS_AT_A_TIME, all: daysMax !== null });
    for (const room of page) {
      const days = Math.min(room.days ?? Infinity, daysMax ?? Infinity);
      if (await this.#takeSome(room, nowMs - days * DAY_MS)) return false;
      this.#position = room.roomId;
    }
    if (page.length === ROOMS_AT_A_TIME) return false;
    this.#position = undefined;
    return true;
  }

  /** Resolves to whether there was anything old, so that the room is to be looked at again. */
  async #takeSome({ roomId, createdBy, doneSeq }: ports.RoomRetention, beforeMs: number): Promise<boolean> {
    const { log, retention, clock } = this.#deps;
    const isOld = (entry: RoomEntry | null) => entry !== null && entry.createdAtMs < beforeMs;
    if (!isOld(await log.at(roomId, doneSeq + 1))) return false;
    const entries = await log.ranges([{ roomId, afterSeq: doneSeq, toSeq: doneSeq + ENTRIES_AT_A_TIME }]);
    const young = entries.findIndex((entry) => !isOld(entry));
    const old = young < 0 ? entries : entries.slice(0, young);
    const texts = old.filter(isMessage).filter(({ erasedAtMs }) => erasedAtMs === undefined);
    const nowMs = clock.nowMs();
    await this.#redact(
      { roomId, createdBy },
      texts.map((message) => tombstoneOf(message, nowMs)),
    );
    await retention.advance(roomId, old.at(-1)?.seq ?? doneSeq);
    return true;
  }

  async #redact(
    { roomId, createdBy }: Pick<ports.RoomRetention, 'roomId' | 'createdBy'>,
    texts: readonly RoomEntry[],
  ): Promise<void> {
    const { unitOfWork, feed, ids, clock } = this.#deps;
    const [first, last] = [texts.at(0), texts.at(-1)];
    if (!first || !last) return;
    const entry = await unitOfWork.run(async ({ rooms, journal }) => {
      if (!(await rooms.lock(roomId))) return null;
      await journal.redact(roomId, texts);
      const place = { id: ids.uuid() as MessageId, roomId, actorId: createdBy, createdAtMs: clock.nowMs() };
      const range = { fromSeq: first.seq, toSeq: last.seq };
      return journal.append({ ...place, type: 'messages_erased', userId: null, ...range });
    });
    if (entry) feed.committed([entry]);
  }
}
