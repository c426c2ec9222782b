import type { RoomId } from '../../domain/room/room.ts';
import type * as ports from '../ports/index.ts';

const CHUNK = 500;

/** The heads of any number of rooms, in statements of a bounded size. */
export async function readHeads(log: ports.RoomLog, roomIds: readonly RoomId[]): Promise<Map<RoomId, number>> {
  const heads = new Map<RoomId, number>();
  for (let start = 0; start < roomIds.length; start += CHUNK) {
    for (const [roomId, head] of await log.heads(roomIds.slice(start, start + CHUNK))) heads.set(roomId, head);
  }
  return heads;
}
