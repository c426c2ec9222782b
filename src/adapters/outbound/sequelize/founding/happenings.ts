import type { FoundingJoin, FoundingMessage } from './founding-rows.ts';
import { msOfText } from './founding-values.ts';
import type { Happening } from './import-history.ts';
import type { Position } from './import-tables.ts';

/** Rows of an ordered stream, one after the other. */
class Cursor<Row> {
  readonly #pages: AsyncIterator<readonly Row[]>;
  #page: readonly Row[] = [];
  #at = 0;

  constructor(pages: AsyncIterable<readonly Row[]>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** To be awaited only when it is asked for: a page is thousands of rows. */
  get isEmpty(): boolean {
    return this.#at >= this.#page.length;
  }

  async fill(): Promise<void> {
    const next = await this.#pages.next();
    this.#page = next.done === true ? [] : next.value;
    this.#at = 0;
  }

  get head(): Row | undefined {
    return this.#page[this.#at];
  }

  skip(): void {
    this.#at += 1;
  }
}

export interface Stretch {
  readonly happenings: readonly Happening[];
  /** After it. */
  readonly position: Position;
}

interface Streams {
  readonly joins: AsyncIterable<readonly FoundingJoin[]>;
  readonly messages: AsyncIterable<readonly FoundingMessage[]>;
}

const ROWS_MAX = 2_000;
/** A statement well below what a server takes at once. */
const CHARS_MAX = 1_000_000;

/** Joins and messages in one order, by time; whoever joins at the moment of a message comes first. */
export async function* stretches({ joins, messages }: Streams, from: Position): AsyncGenerator<Stretch> {
  const [came, sent] = [new Cursor(joins), new Cursor(messages)];
  let position = from;
  let happenings: Happening[] = [];
  let chars = 0;
  for (;;) {
    if (came.isEmpty) await came.fill();
    if (sent.isEmpty) await sent.fill();
    const [join, message] = [came.head, sent.head];
    if (join === undefined && message === undefined) break;
    const isJoin = !message || (join !== undefined && msOfText(join.joinedAt) <= msOfText(message.createdAt));
    if (isJoin && join) {
      happenings.push({ kind: 'join', row: join });
      position = { ...position, joins: [join.joinedAt, join.roomId, join.userId] };
      came.skip();
    } else if (message) {
      happenings.push({ kind: 'message', row: message });
      position = { ...position, messages: [message.createdAt, message.id] };
      chars += message.content?.length ?? 0;
      sent.skip();
    }
    if (happenings.length < ROWS_MAX && chars < CHARS_MAX) continue;
    yield { happenings, position };
    [happenings, chars] = [[], 0];
  }
  if (happenings.length > 0) yield { happenings, position };
}
