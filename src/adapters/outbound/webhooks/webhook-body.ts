import type { RoomEntry } from '../../../domain/room/room-entry.ts';
import { WEBHOOK_EVENTS } from '../../../domain/webhook/webhook.ts';
import { presentEntry } from '../../wire/present.ts';

/** What is sent: `data` is the entry as GET /api/rooms/{roomId}/events gives it. */
export function webhookBody(entry: RoomEntry | null, nowMs: number): string {
  if (entry === null)
    return JSON.stringify({ type: 'webhook.test', timestamp: new Date(nowMs).toISOString(), data: {} });
  const data = presentEntry(entry);
  return JSON.stringify({ type: WEBHOOK_EVENTS[entry.type], timestamp: data.createdAt, data });
}
