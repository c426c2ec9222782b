import { backoffMs } from './backoff.ts';
import { ChatError, isPassing } from './chat-error.ts';
import type { Connection } from './connection.ts';
import type { Feed } from './feed.ts';
import type { Pauses } from './pauses.ts';
import type { Surroundings } from './surroundings.ts';

interface SynchronizerDeps extends Pick<Surroundings, 'random'> {
  readonly pauses: Pauses;
  readonly feed: Feed;
  readonly reportError: (error: ChatError) => void;
}

/** As many rooms as one request may name. */
const ROOMS_MAX = 1_000;

/** Reads what is missing, page by page, until the server says that nothing is. */
export class Synchronizer {
  readonly #deps: SynchronizerDeps;
  #running: Promise<boolean> | null = null;
  #connection: Connection | null = null;
  #isWantedAgain = false;

  constructor(deps: SynchronizerDeps) {
    this.#deps = deps;
  }

  /** Resolves to whether the feed is complete now; not so when the connection ended first. */
  catchUp(connection: Connection): Promise<boolean> {
    if (this.#running !== null && this.#connection === connection) {
      // What is under way may have passed the gap already.
      this.#isWantedAgain = true;
      return this.#running;
    }
    this.#connection = connection;
    const running = this.#run(connection).finally(() => {
      if (this.#running === running) this.#running = null;
    });
    this.#running = running;
    return running;
  }

  async #run(connection: Connection): Promise<boolean> {
    const { feed } = this.#deps;
    try {
      do {
        this.#isWantedAgain = false;
        const roomIds = [...feed.positions.keys()];
        // Without any room as well: the answer lists those that are not known yet.
        for (let from = 0; from === 0 || from < roomIds.length; from += ROOMS_MAX) {
          if (!(await this.#readAll(connection, roomIds.slice(from, from + ROOMS_MAX)))) return false;
        }
      } while (this.#isWantedAgain);
      return true;
    } finally {
      if (this.#connection === connection) feed.endSync();
    }
  }

  async #readAll(connection: Connection, roomIds: readonly string[]): Promise<boolean> {
    const { feed, pauses, random, reportError } = this.#deps;
    for (let failures = 0; ;) {
      const positions = new Map([...feed.positions].filter(([roomId]) => roomIds.includes(roomId)));
      const take = feed.beginSync(positions);
      const rooms = [...positions].map(([roomId, afterSeq]) => ({ roomId, afterSeq }));
      const answer = await connection.ask('sync', { rooms });
      if (answer === 'lost') return false;
      let retryAfterMs: number | undefined;
      if (answer.ok) {
        take(answer.data);
        if (answer.data.complete) return true;
        // A page that brings nothing on is as good as none: it must not be asked for without a pause.
        if ([...positions].some(([roomId, position]) => feed.positionOf(roomId) !== position)) continue;
      } else {
        const error = ChatError.of(answer.error);
        if (!isPassing(error)) reportError(error);
        ({ retryAfterMs } = error);
      }
      const waitMs = backoffMs(failures, random, retryAfterMs);
      failures += 1;
      await pauses.pause(waitMs);
      if (connection.isOver) return false;
    }
  }
}
