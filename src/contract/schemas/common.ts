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

/** What went wrong, for a person (`message`) and for a program (`code`). The same on every transport. */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string(),
  /** Present when trying again later can help. */
  retryAfterMs: z.int().nonnegative().optional(),
  /** For VALIDATION_FAILED: what is wrong with which field. */
  details: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
});

/** RFC 9457, with the extension members that a socket's error has too. */
export const Problem = WireError.extend({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  requestId: z.string(),
});

export const Nothing = z.object({});
export const NoContent = z.undefined();

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const Limit = wholeNumber(1, 100).default(20);
export const QuerySeq = z
  .string()
  .regex(/^\d{1,16}$/, 'must be a whole number')
  .transform(Number)
  .pipe(AfterSeq);
export const Cursor = z.string().min(1).max(256);
