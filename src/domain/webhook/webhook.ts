import type { RoomEntry } from '../room/room-entry.ts';

export type WebhookId = string & { readonly __brand: 'WebhookId' };

/** What each kind of entry is called towards other systems: closed, so a new kind of entry is named here. */
export const WEBHOOK_EVENTS = {
  message: 'message.created',
  room_created: 'room.created',
  room_updated: 'room.updated',
  member_joined: 'member.joined',
  member_left: 'member.left',
  member_removed: 'member.removed',
  role_changed: 'member.role_changed',
  member_banned: 'member.banned',
  ban_lifted: 'member.ban_lifted',
  member_muted: 'member.muted',
  mute_lifted: 'member.mute_lifted',
  messages_erased: 'messages.erased',
} as const satisfies Record<RoomEntry['type'], string>;

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[RoomEntry['type']];

/** Why nothing is sent: somebody said so, the address answered 410, or it had failed for too long. */
export type DisabledReason = 'operator' | 'gone' | 'failing';

/** An address of another system that is told of what happens in all rooms. */
export interface Webhook {
  readonly id: WebhookId;
  readonly url: string;
  /** `whsec_` and base64. */
  readonly secret: string;
  /** The secret before this one still signs until then. */
  readonly previousSecret: string | null;
  readonly previousUntilMs: number | null;
  /** Null: every event. */
  readonly events: readonly WebhookEvent[] | null;
  readonly createdAtMs: number;
  readonly disabledAtMs: number | null;
  readonly disabledReason: DisabledReason | null;
  /** Since when nothing was accepted; null when the last attempt was. */
  readonly failingSinceMs: number | null;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const ROTATION_MS = 24 * HOUR_MS;
export const FAILING_MS_MAX = 5 * 24 * HOUR_MS;

/** What is waited after the first failure, the second, ...; after one more the entry is given up. */
const PAUSES_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
export const ATTEMPTS_MAX = PAUSES_MS.length + 1;
/** Nobody can ask for a longer pause. */
const ASKED_MS_MAX = 24 * HOUR_MS;
const JITTER = 0.2;

/** Whether the webhook wants to hear of the entry. */
export const wants = ({ events }: Pick<Webhook, 'events'>, entry: Pick<RoomEntry, 'type'>): boolean =>
  events === null || events.includes(WEBHOOK_EVENTS[entry.type]);

export function isWebhookEvent(text: string): text is WebhookEvent {
  return (Object.values(WEBHOOK_EVENTS) as string[]).includes(text);
}

/**
 * How long to wait after so many attempts (1, 2, ...) have failed, or null when that was the last one. `chance` from 0
 * to 1 spreads what failed together over a fifth of the time. A pause that the other side asked for is kept, within a
 * day.
 */
export function pauseMs(
  attempts: number,
  { chance, askedMs }: { readonly chance: number; readonly askedMs: number | null },
): number | null {
  const pause = PAUSES_MS[attempts - 1];
  if (pause === undefined) return null;
  return Math.max(Math.round(pause * (1 + JITTER * chance)), Math.min(askedMs ?? 0, ASKED_MS_MAX));
}

/** The random end of an id of version 4 or 7, as a number from 0 to 1. */
export const chanceOf = (id: string): number => Number.parseInt(id.slice(-8), 16) / 2 ** 32;

/** The same for every attempt, so that a consumer knows a repeat. Without a dot, which separates what is signed. */
export const deliveryId = (webhookId: WebhookId, entryId: string): string => `${entryId}_${webhookId}`;

/** From 256 random bits in base64url, as `IdGenerator.secret` makes them. */
export const secretOf = (random: string): string =>
  `whsec_${random.replaceAll('-', '+').replaceAll('_', '/').padEnd(44, '=')}`;

/** The secrets that sign now, the present one first. */
export function secretsAt(webhook: Webhook, nowMs: number): readonly string[] {
  const { secret, previousSecret, previousUntilMs } = webhook;
  return previousSecret !== null && (previousUntilMs ?? 0) > nowMs ? [secret, previousSecret] : [secret];
}
