import type { RoomEntry } from '../../domain/room/room-entry.ts';

export interface WebhookRequest {
  readonly url: string;
  /** The same for every attempt. */
  readonly id: string;
  /** Each signs. */
  readonly secrets: readonly string[];
  /** Null: only to try whether the other side answers. */
  readonly entry: RoomEntry | null;
}

export interface WebhookAnswer {
  /** Null when there was none. */
  readonly status: number | null;
  /** What the other side asks to wait. */
  readonly retryAfterMs: number | null;
  /** Why there was no answer, for an operator; null when there was one. */
  readonly problem: string | null;
}

export interface WebhookSender {
  /** Why nothing can ever be sent there, for an operator; null when something can. */
  refusalOf(url: string): string | null;

  /**
   * One attempt, within 15 s. A redirect is an answer like any other and is not followed. Never rejects; aborted, it
   * resolves soon, without an answer.
   */
  send(request: WebhookRequest, signal?: AbortSignal): Promise<WebhookAnswer>;
}
