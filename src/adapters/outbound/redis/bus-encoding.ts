import * as z from 'zod';
import type { RoomNews } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';

/** Nodes of two versions meet in every deploy: a node leaves aside what it does not know, and fields it does not. */
const Entry = z.looseObject({
  id: z.string(),
  roomId: z.string(),
  seq: z.int().positive(),
  actorId: z.string(),
  createdAtMs: z.number(),
  type: z.string(),
});
const News = z.discriminatedUnion('type', [
  z.object({ type: z.literal('entries'), entries: z.array(Entry) }),
  z.object({
    type: z.literal('receipt'),
    change: z.object({
      kind: z.enum(['read', 'delivered']),
      roomId: z.string(),
      userId: z.string(),
      seq: z.int().positive(),
      messageId: z.string(),
      atMs: z.number(),
    }),
  }),
  z.object({
    type: z.literal('typing'),
    change: z.object({ roomId: z.string(), userId: z.string(), isTyping: z.boolean() }),
  }),
  z.object({
    type: z.literal('presence'),
    change: z.object({ userId: z.string(), online: z.boolean(), lastSeenAtMs: z.number().nullable() }),
  }),
]);

/** Who says it stands first, so that a node need not read what it has sent itself. */
export const encodeNews = (nodeId: string, news: readonly RoomNews[]): string => `${nodeId} ${JSON.stringify(news)}`;

/** Null for what this node has said itself, and for what cannot be read. Never throws. */
export function decodeNews(nodeId: string, roomId: RoomId, payload: string): readonly RoomNews[] | null {
  const end = payload.indexOf(' ');
  if (end < 0 || (end === nodeId.length && payload.startsWith(nodeId))) return null;
  const items = parse(payload.slice(end + 1));
  if (!Array.isArray(items)) return null;
  return items.flatMap((item: unknown) => {
    const { success, data } = News.safeParse(item);
    return success && isAbout(roomId, data) ? [data as RoomNews] : [];
  });
}

/** Nothing that is told in one room speaks of another, whose listeners may be others. */
function isAbout(roomId: RoomId, news: z.output<typeof News>): boolean {
  if (news.type === 'entries') return news.entries.every((entry) => entry.roomId === roomId);
  return news.type === 'presence' || news.change.roomId === roomId;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
