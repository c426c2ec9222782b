import type { DeadLetter, WebhookPosition } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { DisabledReason, Webhook, WebhookEvent, WebhookId } from '../../../domain/webhook/webhook.ts';
import { msOf, msOrNull, timeText, type Dialect, type StoredTime } from './stored-time.ts';

export interface WebhookRow {
  readonly id: string;
  readonly url: string;
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_until: StoredTime | null;
  readonly events: string | null;
  readonly created_at: StoredTime;
  readonly disabled_at: StoredTime | null;
  readonly disabled_reason: string | null;
  readonly failing_since: StoredTime | null;
}

export interface PositionRow {
  readonly seq: number | null;
  readonly attempts: number | null;
  readonly next_attempt_at: StoredTime | null;
}

export interface DeadLetterRow {
  readonly webhook_id: string;
  readonly room_id: string;
  readonly seq: number;
  readonly status: number | null;
  readonly died_at: StoredTime;
}

/** The columns of what is named, with their values. */
export function columnsOf(part: Partial<Webhook>, dialect: Dialect): [column: string, value: unknown][] {
  const timeOrNull = (ms: number | null) => (ms === null ? null : timeText(ms, dialect));
  const columns: [string, unknown][] = [
    ['id', part.id],
    ['url', part.url],
    ['secret', part.secret],
    ['previous_secret', part.previousSecret],
    ['previous_until', part.previousUntilMs === undefined ? undefined : timeOrNull(part.previousUntilMs)],
    ['events', part.events && JSON.stringify(part.events)],
    ['created_at', part.createdAtMs === undefined ? undefined : timeText(part.createdAtMs, dialect)],
    ['disabled_at', part.disabledAtMs === undefined ? undefined : timeOrNull(part.disabledAtMs)],
    ['disabled_reason', part.disabledReason],
    ['failing_since', part.failingSinceMs === undefined ? undefined : timeOrNull(part.failingSinceMs)],
  ];
  return columns.filter(([, value]) => value !== undefined);
}

export const toWebhook = (row: WebhookRow): Webhook => ({
  id: row.id as WebhookId,
  url: row.url,
  secret: row.secret,
  previousSecret: row.previous_secret,
  previousUntilMs: msOrNull(row.previous_until),
  events: row.events === null ? null : (JSON.parse(row.events) as WebhookEvent[]),
  createdAtMs: msOf(row.created_at),
  disabledAtMs: msOrNull(row.disabled_at),
  disabledReason: row.disabled_reason as DisabledReason | null,
  failingSinceMs: msOrNull(row.failing_since),
});

export const toPosition = (row: PositionRow | undefined): WebhookPosition => ({
  seq: Number(row?.seq ?? 0),
  attempts: row?.attempts ?? 0,
  nextAttemptAtMs: msOrNull(row?.next_attempt_at ?? null),
});

export const toDeadLetter = (row: DeadLetterRow): DeadLetter => ({
  webhookId: row.webhook_id as WebhookId,
  roomId: row.room_id as RoomId,
  seq: Number(row.seq),
  status: row.status,
  atMs: msOf(row.died_at),
});
