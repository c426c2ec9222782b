import * as z from 'zod';
import type { NodeNews, RoomNews } from '../../../application/ports/index.ts';
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

const AllNews = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session_ended'), sessionId: z.string() }),
  z.object({ type: z.literal('member_joined'), roomId: z.string(), userId: z.string(), seq: z.int().positive() }),
  z.object({ type: z.literal('rooms_changed'), roomIds: z.array(z.string()) }),
]);

/** Who says it stands first, so that a node need not read what it has sent itself. */
export const encodeNews = (nodeId: string, news: readonly RoomNews[] | NodeNews): string =>
  `${nodeId} ${JSON.stringify(news)}`;

/** Null for what this node has said itself, and for what cannot be read. Never throws. */
export function decodeNews(nodeId: string, roomId: RoomId, payload: string): readonly RoomNews[] | null {
  const items = read(nodeId, payload);
  if (!Array.isArray(items)) return null;
  return items.flatMap((item: unknown) => {
    const { success, data } = News.safeParse(item);
    return success && isAbout(roomId, data) ? [data as RoomNews] : [];
  });
}

/** The same for what is told to all. */
export function decodeNodeNews(nodeId: string, payload: string): NodeNews | null {
  const { success, data } = AllNews.safeParse(read(nodeId, payload));
  return success ? (data as NodeNews) : null;
}

/** Nothing that is told in one room speaks of another, whose listeners may be others. */
function isAbout(roomId: RoomId, news: z.output<typeof News>): boolean {
  if (news.type === 'entries') return news.entries.every((entry) => entry.roomId === roomId);
  return news.type === 'presence' || news.change.roomId === roomId;
}

function read(nodeId: string, payload: string): unknown {
  const end = payload.indexOf(' ');
  if (end < 0 || (end === nodeId.length && payload.startsWith(nodeId))) return null;
  try {
    return JSON.parse(payload.slice(end + 1));
  } catch {
    return null;
  }
}
