import type { Recorder } from '../history.ts';
import type { SimTime } from '../sim-time.ts';
import type { Answer } from './connection.ts';

interface ReaderDeps {
  readonly userId: string;
  readonly time: SimTime;
  readonly recorder: Recorder;
  readonly request: (call: string, request: object) => Promise<Answer>;
}

interface Summary {
  readonly id: string;
  readonly lastSeq: number;
  readonly readSeq: number;
  readonly unreadCount: number;
}

type Entries = readonly { readonly seq: number }[];

/** The name of every room that is made during a run. */
export const MADE_NAME = 'another room';

/** What a client asks for beside its connection. An answer that does not come is not missed. */
export class Reader {
  readonly #deps: ReaderDeps;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  async summaries(): Promise<void> {
    const sinceMs = this.#deps.time.nowMs;
    const { userId, recorder } = this.#deps;
    const data = await this.#ask('listMyRooms', {});
    for (const { id: roomId, lastSeq: headSeq, readSeq, unreadCount } of (data?.['rooms'] ?? []) as Summary[]) {
      recorder.note({ kind: 'summary', roomId, userId, headSeq, readSeq, unreadCount, sinceMs });
    }
  }

  async markUnread(roomId: string, fromSeq: number | null): Promise<void> {
    await this.#ask('markUnread', { params: { roomId }, body: fromSeq === null ? {} : { fromSeq } });
  }

  /** Whether the caller may do that is not what this is about. */
  async removeMember(roomId: string, userId: string): Promise<void> {
    await this.#ask('removeMember', { params: { roomId, userId } });
  }

  async events(roomId: string, afterSeq: number): Promise<void> {
    const data = await this.#ask('readEvents', { params: { roomId }, query: { afterSeq, limit: 100 } });
    if (data !== null) this.#notePage(roomId, data['events'] as Entries, 'events');
  }

  async history(roomId: string): Promise<void> {
    const data = await this.#ask('readHistory', { params: { roomId }, query: { limit: 50 } });
    if (data !== null) this.#notePage(roomId, data['messages'] as Entries, 'messages');
  }

  /** The id of the room; null when it was perhaps not made. */
  async createRoom(): Promise<string | null> {
    const data = await this.#ask('createRoom', { body: { name: MADE_NAME } });
    return (data?.['room'] as { readonly id: string } | undefined)?.id ?? null;
  }

  #notePage(roomId: string, entries: Entries, what: 'events' | 'messages'): void {
    this.#deps.recorder.note({ kind: 'page', roomId, seqs: entries.map(({ seq }) => seq), what });
  }

  async #ask(call: string, request: object): Promise<Record<string, unknown> | null> {
    const answer = await this.#deps.request(call, request);
    if (answer === 'late' || answer === 'lost' || !answer.ok) return null;
    return (answer.data ?? {}) as Record<string, unknown>;
  }
}
