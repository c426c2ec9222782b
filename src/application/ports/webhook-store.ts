import type { RoomId } from '../../domain/room/room.ts';
import type { Webhook, WebhookId } from '../../domain/webhook/webhook.ts';

export interface WebhookPlace {
  readonly webhookId: WebhookId;
  readonly roomId: RoomId;
}

/** How far a webhook has come in a room. */
export interface WebhookPosition {
  /** Everything up to here was accepted, filtered out or given up. */
  readonly seq: number;
  /** How often the entry after it has failed. */
  readonly attempts: number;
  /** Not before this; null: now. */
  readonly nextAttemptAtMs: number | null;
}

/** What was given up. */
export interface DeadLetter extends WebhookPlace {
  readonly seq: number;
  /** Of the last attempt; null when there was no answer. */
  readonly status: number | null;
  readonly atMs: number;
}

export interface BacklogRequest {
  readonly webhookId: WebhookId;
  /** Exclusive. */
  readonly afterRoomId: RoomId | null;
  /** Rooms that are looked at. */
  readonly limit: number;
}

export interface Backlog {
  /** Of the rooms that were looked at those whose log goes on beyond the webhook's position. */
  readonly rooms: readonly (WebhookPosition & { readonly roomId: RoomId })[];
  /** To go on after; null at the end. */
  readonly lastRoomId: RoomId | null;
}

/** Webhooks and how far each has come. The log itself is what waits for them: nothing is copied. */
export interface WebhookStore {
  /**
   * Starts behind what is in each room now. A room that comes later is told of from its first entry on. An add that is
   * interrupted has added nothing.
   */
  add(webhook: Webhook): Promise<void>;

  byId(id: WebhookId): Promise<Webhook | null>;

  /** Ascending by id. */
  all(): Promise<readonly Webhook[]>;

  /** False when there is none. */
  update(id: WebhookId, change: Partial<Omit<Webhook, 'id' | 'createdAtMs'>>): Promise<boolean>;

  /** With its positions and dead letters. False when there was none. */
  remove(id: WebhookId): Promise<boolean>;

  /**
   * Takes or renews the right to deliver. At most one owner has it at a time; true when it is this one. Another gets it
   * after `untilMs`, or at once when it is released.
   */
  lease(id: WebhookId, lease: { owner: string; nowMs: number; untilMs: number }): Promise<boolean>;

  release(id: WebhookId, owner: string): Promise<void>;

  /** Rooms by id, and which of them have something to deliver. */
  backlog(request: BacklogRequest): Promise<Backlog>;

  /** Where there was none before, it is the beginning of the room. */
  position(place: WebhookPlace): Promise<WebhookPosition>;

  /** Moves on and forgets failures. False, and nothing changes, when the position is not `fromSeq` any more. */
  advance(move: WebhookPlace & { readonly fromSeq: number; readonly toSeq: number }): Promise<boolean>;

  /** After a failed attempt. False, and nothing changes, when the position is not `seq` any more. */
  postpone(place: WebhookPlace & WebhookPosition): Promise<boolean>;

  /** Moves behind the entry and notes that it was given up, both or neither. False as in `advance`. */
  bury(letter: DeadLetter & { readonly fromSeq: number }): Promise<boolean>;

  /** The latest first. */
  deadLetters(id: WebhookId, limit: number): Promise<readonly DeadLetter[]>;

  /** To deliver again what lies behind `seq`, at once. */
  rewind(place: WebhookPlace & { readonly seq: number }): Promise<void>;

  /** What waits for another attempt need not wait any more, and starts with its first attempt. */
  hurry(id: WebhookId): Promise<void>;
}
