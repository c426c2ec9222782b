import * as z from 'zod';

/** Ids are compared bytewise everywhere, so only the canonical lower-case form is one. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const Id = z.string().regex(UUID, 'must be a lower-case UUID');
/** ISO-8601, UTC, with milliseconds. */
export const Timestamp = z.iso.datetime({ precision: 3 });
/** A position in a room's log: the first entry is 1. */
export const Seq = z.int().positive();
/** A position to continue from; 0 is before the first entry. */
export const AfterSeq = z.int().nonnegative();

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

export const ErrorCode = z.enum(ERROR_CODES);
export type WireErrorCode = z.output<typeof ErrorCode>;

/** The HTTP status that goes with each code, on every route. */
export const ERROR_STATUS = {
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  FORBIDDEN: 403,
  NOT_A_MEMBER: 403,
  INVITE_REQUIRED: 403,
  BANNED: 403,
  MUTED: 403,
  NOT_FOUND: 404,
  ROOM_NOT_FOUND: 404,
  MESSAGE_NOT_FOUND: 404,
  USER_NOT_FOUND: 404,
  EMAIL_TAKEN: 409,
  USERNAME_TAKEN: 409,
  CONFLICT: 409,
  INVITE_EXPIRED: 410,
  INVITE_EXHAUSTED: 410,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  OVERLOADED: 503,
  INTERNAL: 500,
} as const satisfies Record<WireErrorCode, number>;

/** What went wrong, for a person (`message`) and for a program (`code`). The same on every transport. */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  retryAfterMs: z.int().nonnegative().optional().describe('Present when trying again later can help.'),
  details: z
    .record(z.string(), z.union([z.string(), z.array(z.string())]))
    .optional()
    .describe('For VALIDATION_FAILED: what is wrong with which field.'),
});

/** RFC 9457, with the extension members that a socket's error has too. */
export const Problem = WireError.extend({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
});

/** How every event with an ack function is answered when it failed. */
export const Refused = z.object({ ok: z.literal(false), error: WireError });

/** The two answers to an event, so that a client has one branch to write. */
export const ackOf = <T extends z.ZodType>(data: T) =>
  z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), data }), Refused]);

export const Nothing = z.object({});
export const NoContent = z.undefined();

/** For query parameters, which arrive as text. One that is repeated arrives as an array and is refused. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

export const Limit = wholeNumber(1, 100).default(20);
export const QuerySeq = wholeNumber(0, Number.MAX_SAFE_INTEGER);
export const Cursor = z.string().min(1).max(256);
