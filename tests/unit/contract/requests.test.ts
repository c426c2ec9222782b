import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { contract, type HttpOperation } from '../../../src/contract/contract.ts';
import { Id } from '../../../src/contract/schemas/common.ts';
import { ReadPayload } from '../../../src/contract/schemas/live.ts';
import { ClientMessageId, EventsQuery, HistoryQuery, SendPayload } from '../../../src/contract/schemas/messages.ts';
import { JoinPayload } from '../../../src/contract/schemas/rooms.ts';
import { ID, REQUESTS } from './request-samples.ts';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

/** Values of every kind; the ones of the field's own kind are left out by whoever uses them. */
const JUNK: readonly unknown[] = [null, 'not it', 7, true, [], ['x'], {}, { $gt: '' }, Buffer.from('x'), 1n];
const BAD_NUMBERS: readonly unknown[] = [-1, 1.5, NaN, Infinity, -Infinity, 2 ** 53];

describe.each(REQUESTS)('$name', ({ schema, sample }) => {
  it('takes a request that names every field', () => {
    expect(schema.safeParse(sample).error).toBeUndefined();
  });

  it('refuses a field that it does not know', () => {
    expect(schema.safeParse({ ...sample, isAdmin: true }).error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['isAdmin'] },
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('refuses %s as it comes out of JSON, and taints nothing', (key) => {
    const tainted = JSON.stringify(sample).replace('{', `{"${key}":{"isAdmin":true},`);
    expect(accepts(schema, JSON.parse(tainted))).toBe(false);
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  });

  it('refuses what is not an object', () => {
    const others = [undefined, null, 'text', 7, true, [sample], [], Buffer.from('{}')];
    expect(others.filter((other) => accepts(schema, other))).toEqual([]);
  });

  it('refuses a value of another kind in any field', () => {
    const taken = Object.entries(sample).flatMap(([field, value]) =>
      [...JUNK, ...BAD_NUMBERS]
        .filter((junk) => kindOf(junk) !== kindOf(value) || BAD_NUMBERS.includes(junk))
        .filter((junk) => accepts(schema, { ...sample, [field]: junk }))
        .map((junk) => ({ field, junk })),
    );
    expect(taken).toEqual([]);
  });
});

const kindOf = (value: unknown) => (Array.isArray(value) ? 'array' : typeof value);

it('refuses unknown parameters in every path', () => {
  const operations = Object.values<HttpOperation>(contract.http).filter(({ path }) => path.includes('{'));
  expect(operations.length).toBeGreaterThan(5);
  for (const { path, params } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, ID] as const);
    expect(params && accepts(params, Object.fromEntries(named))).toBe(true);
    expect(params && accepts(params, Object.fromEntries([...named, ['other', ID]]))).toBe(false);
    expect(params && accepts(params, Object.fromEntries(named.map(([name]) => [name, ID.toUpperCase()])))).toBe(false);
  }
});

describe('an id', () => {
  it.each([
    ['00000000-0000-0000-0000-000000000000', true],
    ['c9bf9e57-1685-4c89-bafb-ff5af830be8a', true],
    [ID, true],
    [ID.toUpperCase(), false],
    [`${ID}\n`, false],
    [` ${ID}`, false],
    [ID.replaceAll('-', ''), false],
    [`{${ID}}`, false],
    ['', false],
  ])('%j: %s', (id, expected) => {
    expect(accepts(Id, id)).toBe(expected);
  });
});

describe('a clientMessageId', () => {
  it.each([
    ['!', true],
    ['~'.repeat(64), true],
    ['~'.repeat(65), false],
    ['', false],
    ['two words', false],
    ['é', false],
    ['a\n', false],
    ['\u0000', false],
    ['\u007f', false],
  ])('%j: %s', (id, expected) => {
    expect(accepts(ClientMessageId, id)).toBe(expected);
  });
});

describe('a number in a query', () => {
  it.each([
    ['1', true],
    ['100', true],
    ['0', false],
    ['101', false],
    ['', false],
    [' 5', false],
    ['+5', false],
    ['-5', false],
    ['5.0', false],
    ['1e1', false],
    ['0x10', false],
    ['٥', false],
    [['5'], false],
    [['5', '6'], false],
  ])('limit=%j: %s', (limit, expected) => {
    expect(accepts(HistoryQuery, { limit })).toBe(expected);
  });

  it('has a default and comes out as a number', () => {
    expect(HistoryQuery.parse({})).toEqual({ limit: 20 });
    expect(EventsQuery.parse({})).toEqual({ afterSeq: 0, limit: 100 });
    expect(HistoryQuery.parse({ before: '9007199254740991' })).toEqual({ limit: 20, before: Number.MAX_SAFE_INTEGER });
    expect(accepts(HistoryQuery, { before: '9007199254740992' })).toBe(false);
  });
});

it('takes one place in the history, not two', () => {
  for (const place of [{ before: '5' }, { after: '5' }, { cursor: 'o5' }]) {
    expect(accepts(HistoryQuery, place)).toBe(true);
  }
  for (const places of [
    { before: '5', after: '5' },
    { before: '5', cursor: 'o5' },
    { after: '5', cursor: 'o5' },
  ]) {
    expect(accepts(HistoryQuery, places)).toBe(false);
  }
});

it('joins by a room, by an invite or by both, and not by nothing', () => {
  expect(accepts(JoinPayload, { roomId: ID })).toBe(true);
  expect(accepts(JoinPayload, { inviteCode: 'code' })).toBe(true);
  expect(accepts(JoinPayload, {})).toBe(false);
});

it('reads up to a message or up to a place, and not up to both', () => {
  expect(accepts(ReadPayload, { messageId: ID })).toBe(true);
  expect(accepts(ReadPayload, { roomId: ID, seq: 1 })).toBe(true);
  expect(accepts(ReadPayload, { roomId: ID })).toBe(false);
  expect(accepts(ReadPayload, { messageId: ID, roomId: ID, seq: 1 })).toBe(false);
});

it('hands content on as it came: trimming and the exact limits are rules of the domain', () => {
  const content = ` ${'x'.repeat(16_000)}\n`;
  expect(SendPayload.parse({ roomId: ID, content })).toEqual({ roomId: ID, content });
  expect(accepts(SendPayload, { roomId: ID, content: '' })).toBe(false);
  expect(accepts(SendPayload, { roomId: ID, content: 'x'.repeat(16_385) })).toBe(false);
});
