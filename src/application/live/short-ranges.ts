import type { RoomEntry } from '../../domain/room/room-entry.ts';
import type { RoomId } from '../../domain/room/room.ts';
import type * as ports from '../ports/index.ts';
import { GatheredReads } from './gathered-reads.ts';

/** Whoever was away for longer asks for so much that others had better not wait for it. */
const ENTRIES_MAX = 20;
/** The most ranges of one query: all of them together hold 16 MB when every message is as long as it may be. */
const RANGES_MAX = 50;

type Key = `${RoomId}/${number}/${number}`;

const keyOf = ({ roomId, afterSeq, toSeq }: ports.LogRange): Key => `${roomId}/${afterSeq}/${toSeq}`;

function rangeOf(key: Key): ports.LogRange {
  const [roomId, afterSeq, toSeq] = key.split('/') as [RoomId, string, string];
  return { roomId, afterSeq: Number(afterSeq), toSeq: Number(toSeq) };
}

/**
 * The last few entries of rooms. After a restart all members of a room ask for the same ones, so they are read once for
 * all who ask together. An entry at or below a head that was read never changes, so it does not matter who asked first.
 */
export class ShortRanges {
  readonly #log: ports.RoomLog;
  readonly #reads: GatheredReads<Key, readonly RoomEntry[]>;

  constructor(log: ports.RoomLog) {
    this.#log = log;
    this.#reads = new GatheredReads<Key, readonly RoomEntry[]>({
      read: (keys) => this.#read(keys),
      keysMax: RANGES_MAX,
    });
  }

  /** As `RoomLog.ranges`, by the room of each range. */
  async of(ranges: readonly ports.LogRange[]): Promise<readonly RoomEntry[]> {
    if (ranges.length === 0) return [];
    const entries = ranges.reduce((sum, { afterSeq, toSeq }) => sum + toSeq - afterSeq, 0);
    if (entries > ENTRIES_MAX) return this.#log.ranges(ranges);
    return (await Promise.all(ranges.map((range) => this.#reads.of(keyOf(range))))).flat();
  }

  async #read(keys: readonly Key[]): Promise<Map<Key, readonly RoomEntry[]>> {
    const ranges = keys.map(rangeOf);
    const rooms = groupByRoom(await this.#log.ranges(ranges));
    return new Map(
      ranges.map((range) => {
        const { roomId, afterSeq, toSeq } = range;
        const entries = rooms.get(roomId) ?? [];
        return [keyOf(range), entries.filter(({ seq }) => seq > afterSeq && seq <= toSeq)];
      }),
    );
  }
}

export function groupByRoom(entries: readonly RoomEntry[]): Map<RoomId, RoomEntry[]> {
  const groups = new Map<RoomId, RoomEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.roomId);
    if (group) group.push(entry);
    else groups.set(entry.roomId, [entry]);
  }
  return groups;
}
