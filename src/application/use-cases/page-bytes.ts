import { isMessage, type RoomEntry } from '../../domain/room/room-entry.ts';

/** About as much as one answer is to hold: it is written in one go, and must not look like a reader that is behind. */
const PAGE_CHARS_MAX = 200_000;
const ENTRY_CHARS = 300;

/** The first entries that make one page, at least one. */
export function firstPage(entries: readonly RoomEntry[]): readonly RoomEntry[] {
  let chars = 0;
  for (const [index, entry] of entries.entries()) {
    chars += ENTRY_CHARS + (isMessage(entry) ? entry.content.length : 0);
    if (chars > PAGE_CHARS_MAX) return entries.slice(0, Math.max(1, index));
  }
  return entries;
}
