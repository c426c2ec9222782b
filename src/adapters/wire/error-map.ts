import * as z from 'zod';
import { AppError } from '../../application/errors/app-error.ts';
import type { Problem, WireError, WireErrorCode } from '../../contract/schemas/common.ts';

export interface WireFailure {
  readonly status: number;
  readonly error: z.output<typeof WireError>;
  /** Nobody foresaw it: to be logged with everything that is known. */
  readonly isBug: boolean;
}

/** A code of the application that has no line here, or that the contract does not know, does not compile. */
const WIRE = {
  VALIDATION_FAILED: { status: 400, message: 'The request is not valid.' },
  UNAUTHENTICATED: { status: 401, message: 'A valid token is needed.' },
  TOKEN_EXPIRED: { status: 401, message: 'The token has expired.' },
  FORBIDDEN: { status: 403, message: 'This is not allowed.' },
  NOT_A_MEMBER: { status: 403, message: 'Only members of the room may do this.' },
  INVITE_REQUIRED: { status: 403, message: 'A valid invite is needed.' },
  BANNED: { status: 403, message: 'You are banned from this room.' },
  MUTED: { status: 403, message: 'You are muted in this room.' },
  NOT_FOUND: { status: 404, message: 'There is no such thing.' },
  ROOM_NOT_FOUND: { status: 404, message: 'There is no such room.' },
  MESSAGE_NOT_FOUND: { status: 404, message: 'There is no such message.' },
  USER_NOT_FOUND: { status: 404, message: 'There is no such user.' },
  EMAIL_TAKEN: { status: 409, message: 'The e-mail address has an account already.' },
  USERNAME_TAKEN: { status: 409, message: 'The username is taken.' },
  CONFLICT: { status: 409, message: 'This is not possible in the present state.' },
  INVITE_EXPIRED: { status: 410, message: 'The invite has expired or was revoked.' },
  INVITE_EXHAUSTED: { status: 410, message: 'The invite was used up.' },
  PAYLOAD_TOO_LARGE: { status: 413, message: 'The request is too large.' },
  RATE_LIMITED: { status: 429, message: 'Too many attempts; try again later.' },
  OVERLOADED: { status: 503, message: 'The server is busy; try again shortly.' },
  INTERNAL: { status: 500, message: 'Something went wrong.' },
} as const satisfies Record<WireErrorCode, { status: number; message: string }>;

/** When a busy server does not know better. */
const RETRY_AFTER_MS = 1_000;

/** The only place where a thrown value becomes something that a client can see. */
export function toWireFailure(thrown: unknown): WireFailure {
  if (thrown instanceof z.ZodError) return fromZod(thrown);
  // The message of a bug may hold anything: it stays here.
  const known = thrown instanceof AppError ? thrown : new AppError('INTERNAL');
  const { status, message } = WIRE[known.code];
  const retryAfterMs = known.retryAfterMs ?? (known.code === 'OVERLOADED' ? RETRY_AFTER_MS : undefined);
  return {
    status,
    isBug: known !== thrown || known.code === 'INTERNAL',
    error: {
      code: known.code,
      message: known.message === known.code ? message : known.message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(retryAfterMs) }),
      ...(known.details === undefined ? {} : { details: copyDetails(known.details) }),
    },
  };
}

/** What is wrong with which field, never what was in it. */
function fromZod(error: z.ZodError): WireFailure {
  const details: Record<string, string[]> = {};
  for (const issue of error.issues.slice(0, 20)) {
    const field = issue.path.join('.').slice(0, 100) || 'payload';
    (details[field] ??= []).push(issue.code === 'unrecognized_keys' ? 'has unknown fields' : issue.message);
  }
  const { status, message } = WIRE.VALIDATION_FAILED;
  return { status, isBug: false, error: { code: 'VALIDATION_FAILED', message, details } };
}

const copyDetails = (details: NonNullable<AppError['details']>) =>
  Object.fromEntries(
    Object.entries(details).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
  );

export function toProblem({ status, error }: WireFailure, requestId: string): z.output<typeof Problem> {
  return { type: 'about:blank', title: error.code, status, detail: error.message, requestId, ...error };
}
