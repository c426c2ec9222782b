import { STATUS_CODES } from 'node:http';
import * as z from 'zod';
import { AppError } from '../../application/errors/app-error.ts';
import { ERROR_STATUS, type Problem, type WireError, type WireErrorCode } from '../../contract/schemas/common.ts';

type WireErrorBody = z.output<typeof WireError>;

export interface WireFailure {
  readonly status: number;
  readonly error: WireErrorBody;
  /** Nobody foresaw it: to be logged with everything that is known. */
  readonly isBug: boolean;
}

/** What a person reads where the application says nothing more exact. */
const MESSAGES = {
  VALIDATION_FAILED: 'The request is not valid.',
  UNAUTHENTICATED: 'A valid token is needed.',
  TOKEN_EXPIRED: 'The token has expired.',
  FORBIDDEN: 'This is not allowed.',
  NOT_A_MEMBER: 'Only members of the room may do this.',
  INVITE_REQUIRED: 'A valid invite is needed.',
  BANNED: 'You are banned from this room.',
  MUTED: 'You are muted in this room.',
  NOT_FOUND: 'There is no such thing.',
  ROOM_NOT_FOUND: 'There is no such room.',
  MESSAGE_NOT_FOUND: 'There is no such message.',
  USER_NOT_FOUND: 'There is no such user.',
  EMAIL_TAKEN: 'The e-mail address has an account already.',
  USERNAME_TAKEN: 'The username is taken.',
  CONFLICT: 'This is not possible in the present state.',
  INVITE_EXPIRED: 'The invite has expired or was revoked.',
  INVITE_EXHAUSTED: 'The invite was used up.',
  PAYLOAD_TOO_LARGE: 'The request is too large.',
  RATE_LIMITED: 'Too many attempts; try again later.',
  OVERLOADED: 'The server is busy; try again shortly.',
  INTERNAL: 'Something went wrong.',
} as const satisfies Record<WireErrorCode, string>;

/** These always say when to try again, also when whoever threw did not know. */
const RETRYABLE: ReadonlySet<WireErrorCode> = new Set(['RATE_LIMITED', 'OVERLOADED']);
const RETRY_AFTER_MS = 1_000;
/** A hostile request can be wrong in very many places; a person reads the first few. */
const ISSUES_MAX = 20;
const FIELD_CHARS_MAX = 100;

/** The only place where a thrown value becomes something that a client can see. */
export function toWireFailure(thrown: unknown): WireFailure {
  if (thrown instanceof z.ZodError) return failure('VALIDATION_FAILED', { details: fieldsOf(thrown) });
  // The message of a bug may hold anything: it stays here.
  if (!(thrown instanceof AppError) || thrown.code === 'INTERNAL') return { ...failure('INTERNAL', {}), isBug: true };
  // Typed by the contract: a code that the application knows and the contract does not fails to compile here.
  const code: WireErrorCode = thrown.code;
  const retryAfterMs = thrown.retryAfterMs ?? (RETRYABLE.has(code) ? RETRY_AFTER_MS : undefined);
  return failure(code, {
    // An error that was given no message has its code for one.
    ...(thrown.message === code ? {} : { message: thrown.message }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: wholeMs(retryAfterMs) }),
    ...(thrown.details === undefined ? {} : { details: copyDetails(thrown.details) }),
  });
}

function failure(code: WireErrorCode, rest: Partial<Omit<WireErrorBody, 'code'>>): WireFailure {
  return { status: ERROR_STATUS[code], isBug: false, error: { code, message: MESSAGES[code], ...rest } };
}

const wholeMs = (ms: number) => (Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : RETRY_AFTER_MS);

/** What is wrong with which field, never what was in it, and never the name of a field that only the client knows. */
function fieldsOf(error: z.ZodError): Record<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const issue of error.issues.slice(0, ISSUES_MAX)) {
    const field = issue.path.map(String).join('.').slice(0, FIELD_CHARS_MAX) || 'payload';
    const complaints = fields.get(field) ?? [];
    complaints.push(issue.code === 'unrecognized_keys' ? 'has unknown fields' : issue.message);
    fields.set(field, complaints);
  }
  return Object.fromEntries(fields);
}

const copyDetails = (details: NonNullable<AppError['details']>) =>
  Object.fromEntries(
    Object.entries(details).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
  );

/** RFC 9457. With `about:blank` the title is the phrase of the status; `code` says what it was. */
export function toProblem({ status, error }: WireFailure, requestId: string): z.output<typeof Problem> {
  const title = STATUS_CODES[status] ?? error.code;
  return { type: 'about:blank', title, status, detail: error.message, requestId, ...error };
}
