import { describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { toProblem, toWireFailure } from '../../../src/adapters/wire/error-map.ts';
import { AppError, ERROR_CODES, type ErrorCode } from '../../../src/application/errors/app-error.ts';
import {
  ERROR_CODES as WIRE_CODES,
  ERROR_STATUS,
  Problem,
  WireError,
  type WireErrorCode,
} from '../../../src/contract/schemas/common.ts';
import { SendPayload, SyncRequest } from '../../../src/contract/schemas/messages.ts';

it('knows exactly the codes that the application has', () => {
  expectTypeOf<WireErrorCode>().toEqualTypeOf<ErrorCode>();
  expect([...WIRE_CODES].sort()).toEqual([...ERROR_CODES].sort());
  expect(new Set(WIRE_CODES).size).toBe(WIRE_CODES.length);
});

// Once more and by hand: what is promised to clients does not follow a change of the table by itself.
it.each([
  [400, ['VALIDATION_FAILED']],
  [401, ['UNAUTHENTICATED', 'TOKEN_EXPIRED']],
  [403, ['FORBIDDEN', 'NOT_A_MEMBER', 'INVITE_REQUIRED', 'BANNED', 'MUTED']],
  [404, ['NOT_FOUND', 'ROOM_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'USER_NOT_FOUND']],
  [409, ['EMAIL_TAKEN', 'USERNAME_TAKEN', 'CONFLICT']],
  [410, ['INVITE_EXPIRED', 'INVITE_EXHAUSTED']],
  [413, ['PAYLOAD_TOO_LARGE']],
  [429, ['RATE_LIMITED']],
  [500, ['INTERNAL']],
  [503, ['OVERLOADED']],
])('answers %i with %j and with nothing else', (status, codes) => {
  expect(WIRE_CODES.filter((code) => ERROR_STATUS[code] === status).sort()).toEqual([...codes].sort());
  for (const code of WIRE_CODES.filter((known) => ERROR_STATUS[known] === status)) {
    expect(toWireFailure(new AppError(code)).status).toBe(status);
  }
});

describe.each(ERROR_CODES)('%s', (code) => {
  it('leaves with its code, a sentence and nothing that the contract does not name', () => {
    const failure = toWireFailure(new AppError(code));
    expect(failure.error.code).toBe(code);
    expect(failure.error.message).toMatch(/^[A-Z].*\.$/);
    expect(WireError.parse(failure.error)).toEqual(failure.error);
    expect(failure.isBug).toBe(code === 'INTERNAL');
    const problem = toProblem(failure, 'request-1');
    expect(Problem.parse(problem)).toEqual(problem);
    expect(problem).toMatchObject({ type: 'about:blank', status: failure.status, code, requestId: 'request-1' });
    expect(problem.detail).toBe(problem.message);
  });
});

describe('an error of the application', () => {
  it('says what it was told to say', () => {
    const error = new AppError('CONFLICT', { message: 'The owner may not leave.', details: { role: ['is', 'owner'] } });
    expect(toWireFailure(error)).toEqual({
      status: 409,
      isBug: false,
      error: { code: 'CONFLICT', message: 'The owner may not leave.', details: { role: ['is', 'owner'] } },
    });
  });

  it('never says what caused it', () => {
    const error = new AppError('OVERLOADED', { cause: new Error('SECRET at 10.0.0.1') });
    expect(JSON.stringify(toWireFailure(error))).not.toContain('SECRET');
  });

  it.each(['RATE_LIMITED', 'OVERLOADED'] as const)(
    '%s always says when to try again, in whole milliseconds',
    (code) => {
      expect(toWireFailure(new AppError(code)).error.retryAfterMs).toBe(1_000);
      expect(toWireFailure(new AppError(code, { retryAfterMs: 1_234.2 })).error.retryAfterMs).toBe(1_235);
      expect(toWireFailure(new AppError(code, { retryAfterMs: -5 })).error.retryAfterMs).toBe(0);
      expect(toWireFailure(new AppError(code, { retryAfterMs: Infinity })).error.retryAfterMs).toBe(1_000);
    },
  );

  it('says so otherwise only when it was told to', () => {
    expect(toWireFailure(new AppError('FORBIDDEN')).error).not.toHaveProperty('retryAfterMs');
    expect(toWireFailure(new AppError('MUTED', { retryAfterMs: 60_000 })).error.retryAfterMs).toBe(60_000);
  });
});

describe('a bug', () => {
  const SQL = "SELECT * FROM users WHERE email = 'alice@example.org'";
  const thrown: readonly unknown[] = [
    new Error(SQL),
    new TypeError(SQL),
    Object.assign(new Error(SQL), { status: 404, code: 'NOT_FOUND', details: { sql: SQL } }),
    { code: 'FORBIDDEN', message: SQL },
    new AppError('INTERNAL', { message: SQL, details: { sql: SQL } }),
    SQL,
    undefined,
    null,
    Symbol('bug'),
  ];

  it.each(thrown.map((value) => [value]))('leaves as INTERNAL and as nothing else: %s', (value) => {
    expect(toWireFailure(value)).toEqual({
      status: 500,
      isBug: true,
      error: { code: 'INTERNAL', message: 'Something went wrong.' },
    });
  });
});

describe('a request that does not fit its schema', () => {
  const refused = (schema: z.ZodType, value: unknown) => {
    const { error } = schema.safeParse(value);
    return toWireFailure(error).error;
  };

  it('is told which fields are wrong, by their path', () => {
    expect(refused(SyncRequest, { rooms: [{ roomId: 'x', afterSeq: 0 }], limit: 0 })).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { 'rooms.0.roomId': ['must be a lower-case UUID'], limit: [expect.any(String)] },
    });
  });

  it('is told about the whole of it under the name payload', () => {
    expect(refused(SendPayload, 'text').details).toEqual({ payload: [expect.any(String)] });
  });

  it('never hears its own values or names again', () => {
    const secrets = { roomId: 'SECRET', content: 7, clientMessageId: 'SECRET SECRET', SECRET: 'SECRET' };
    const answer = JSON.stringify(refused(SendPayload, secrets));
    expect(answer).not.toContain('SECRET');
    expect(answer).toContain('has unknown fields');
  });

  it('survives fields that every object has', () => {
    const schema = z.object({ constructor: z.string(), toString: z.string() });
    expect(refused(schema, { constructor: 1, toString: 2 }).details).toEqual({
      constructor: [expect.any(String)],
      toString: [expect.any(String)],
    });
  });
});
