import type { RoomDirectory, RoomSummary } from '../../../application/ports/index.ts';
import { isMessage, type RoomEntry } from '../../../domain/room/room-entry.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { Access } from './access.ts';
import type { MemoryLog } from './memory-log.ts';
import { memberKey, type MemoryTables } from './memory-tables.ts';

/** Counts again for every answer: there is no counter that could go wrong. */
export class InMemoryRoomDirectory implements RoomDirectory {
  readonly #access: Access;
  readonly #tables: MemoryTables;
  readonly #log: MemoryLog;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables; readonly log: MemoryLog }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
    this.#log = deps.log;
  }

  summariesOf(userId: UserId): Promise<readonly RoomSummary[]> {
    return this.#access.read(() => {
      const summaries = this.#tables.roomsOfUser.of(userId).map((roomId) => this.#summaryOf(roomId, userId));
      return summaries.filter((summary) => summary !== null).sort((a, b) => latestOf(b) - latestOf(a));
    });
  }

  #summaryOf(roomId: RoomId, userId: UserId): RoomSummary | null {
    const room = this.#tables.rooms.get(roomId);
    const member = this.#tables.members.get(memberKey(roomId, userId));
    if (!room || !member) return null;
    const { role, deliveredSeq, readSeq } = member;
    const entries = this.#log.of(roomId);
    const memberCount = this.#tables.membersOfRoom.of(roomId).length;
    const unreadFrom = this.#tables.unreadFrom.get(memberKey(roomId, userId));
    const unreadAfter = unreadFrom === undefined ? readSeq : Math.min(readSeq, unreadFrom - 1);
    const unreadCount = countUnread(entries, userId, unreadAfter);
    const lastMessage = entries.findLast(isMessage) ?? null;
    const headSeq = entries.length;
    return Object.freeze({ room, role, deliveredSeq, readSeq, memberCount, headSeq, unreadCount, lastMessage });
  }
}

function countUnread(entries: readonly RoomEntry[], userId: UserId, readSeq: number): number {
  let count = 0;
  for (let index = readSeq; index < entries.length; index += 1) {
    const entry = entries[index];
    if (entry && isMessage(entry) && entry.actorId !== userId) count += 1;
  }
  return count;
}

const latestOf = ({ room, lastMessage }: RoomSummary): number => (lastMessage ?? room).createdAtMs;
