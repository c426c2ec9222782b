import type { Entry } from '../chat/model.ts';
import { isMessage } from '../chat/entries.ts';
import { isSameDay } from './times.ts';

/** Messages of one person that are closer than this stand together. */
const GROUP_MS = 5 * 60_000;

export interface Row {
  readonly entry: Entry;
  readonly isOwn: boolean;
  /** The first of a day. */
  readonly startsDay: boolean;
  /** The first that was unread when the room was opened. */
  readonly startsNew: boolean;
  /** The first and the last of those of one person that stand together. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
}

/** What a list of entries looks like. Of one that is not changed by those around it, too, a row is a new object. */
export function rowsOf(entries: readonly Entry[], me: string, dividerSeq: number | null): Row[] {
  const dividerAt =
    dividerSeq === null ? -1 : entries.findIndex((entry) => entry.seq >= dividerSeq && isMessage(entry));
  const breaks = entries.map((entry, index) => {
    const before = entries[index - 1];
    return index === dividerAt || before === undefined || !standTogether(before, entry);
  });
  return entries.map((entry, index) => {
    const before = entries[index - 1];
    return {
      entry,
      isOwn: isMessage(entry) && entry.userId === me,
      startsDay: before === undefined || !isSameDay(before.createdAt, entry.createdAt),
      startsNew: index === dividerAt,
      startsGroup: breaks[index] ?? true,
      endsGroup: breaks[index + 1] ?? true,
    };
  });
}

function standTogether(before: Entry, entry: Entry): boolean {
  if (!isMessage(before) || !isMessage(entry) || before.userId !== entry.userId) return false;
  const apartMs = Date.parse(entry.createdAt) - Date.parse(before.createdAt);
  return apartMs < GROUP_MS && isSameDay(before.createdAt, entry.createdAt);
}
