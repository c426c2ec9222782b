import type { Refusal, WireErrorCode } from './wire-types.ts';

/** The server's codes, and the few that only a client can have. */
export type ChatErrorCode =
  WireErrorCode | 'NETWORK' | 'MALFORMED' | 'CLOSED' | 'OUTBOX_FULL' | 'DISCARDED' | 'STORAGE';

/** The one error of this package: `code` is for a program, `message` for a person. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ChatErrorCode;
  /** Milliseconds, where trying again later can help. */
  readonly retryAfterMs: number | undefined;
  /** For VALIDATION_FAILED: what is wrong with which field. */
  readonly details: Refusal['details'];

  constructor(code: ChatErrorCode, message: string, more: Partial<Refusal> & { readonly cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.retryAfterMs = more.retryAfterMs;
    this.details = more.details;
  }

  static of(refusal: Refusal): ChatError {
    return new ChatError(refusal.code, refusal.message, refusal);
  }
}

/** Whether the same request can succeed later without anybody doing anything about it. */
export const isPassing = ({ code }: { readonly code: string }): boolean =>
  code === 'OVERLOADED' || code === 'RATE_LIMITED';

/** Whether another token is what is missing. */
export const isAboutToken = ({ code }: { readonly code: string }): boolean =>
  code === 'TOKEN_EXPIRED' || code === 'UNAUTHENTICATED';
