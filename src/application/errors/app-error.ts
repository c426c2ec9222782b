/** Closed set: adding a code is a compile error until the wire maps it. */
export const ERROR_CODES = [
  'VALIDATION_FAILED',
  'UNAUTHENTICATED',
  'TOKEN_EXPIRED',
  'FORBIDDEN',
  'NOT_A_MEMBER',
  'INVITE_REQUIRED',
  'BANNED',
  'MUTED',
  'NOT_FOUND',
  'ROOM_NOT_FOUND',
  'MESSAGE_NOT_FOUND',
  'USER_NOT_FOUND',
  'EMAIL_TAKEN',
  'USERNAME_TAKEN',
  'CONFLICT',
  'INVITE_EXPIRED',
  'INVITE_EXHAUSTED',
  'PAYLOAD_TOO_LARGE',
  'RATE_LIMITED',
  'OVERLOADED',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export interface AppErrorOptions {
  /** What a person reads. Never contains input, SQL or a secret. */
  readonly message?: string;
  /** Which fields are wrong and why, for VALIDATION_FAILED. */
  readonly details?: Readonly<Record<string, string | readonly string[]>>;
  /** When trying again can help. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error that a caller may see. Anything else that is thrown is a bug and reaches a client only as INTERNAL. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: AppErrorOptions['details'];
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? code, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }
}
