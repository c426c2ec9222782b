import { AppError } from '../../application/errors/app-error.ts';

/** Where a page of history ends and in which direction it was read. Opaque to clients: only `nextCursor` is one. */
const CURSOR = /^(o|n)([1-9]\d{0,15}|0)$/;

export interface HistoryPlace {
  readonly beforeSeq?: number | undefined;
  readonly afterSeq?: number | undefined;
}

export function readCursor(cursor: string): HistoryPlace {
  const match = CURSOR.exec(cursor);
  if (!match) {
    throw new AppError('VALIDATION_FAILED', { details: { cursor: 'is not a cursor of this history' } });
  }
  const seq = Number(match[2]);
  return match[1] === 'o' ? { beforeSeq: seq } : { afterSeq: seq };
}

/** The cursor that goes on, to older messages or, when the page was read forwards, to newer ones. */
export function cursorAfter(messages: readonly { readonly seq: number }[], forwards: boolean): string | null {
  const edge = forwards ? messages.at(-1) : messages[0];
  return edge ? `${forwards ? 'n' : 'o'}${edge.seq}` : null;
}
