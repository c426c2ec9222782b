import jwt from 'jsonwebtoken';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { JwtTokens, type JwtTokensOptions } from '../../../../src/adapters/outbound/system/jwt-tokens.ts';
import type { SessionId } from '../../../../src/domain/session/session.ts';
import type { UserId } from '../../../../src/domain/user/user.ts';
import { refusalOf } from '../../../contract/token-service.contract.ts';
import { attacks, forge, GOOD_CLAIMS, hmac, NOW_S, OLD_SECRET, SECRET } from './forge-jwt.ts';

const ALICE = { userId: GOOD_CLAIMS.sub as UserId, sessionId: GOOD_CLAIMS.sid as SessionId };

describe('JwtTokens', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock(NOW_S * 1_000);
  });
  const open = (options: Partial<JwtTokensOptions> = {}) =>
    new JwtTokens({ secrets: [SECRET, OLD_SECRET], expiresInSeconds: 3_600, clock, ...options });

  it('takes the token from which every attack below was made, until 5 s after its end', () => {
    expect(open().verify(forge())).toEqual({ ...ALICE, expiresAtMs: GOOD_CLAIMS.exp * 1_000 });
    expect(refusalOf(() => open().verify(forge({ signed: hmac('sha256', OLD_SECRET) })))).toBe('accepted');
    clock.set(GOOD_CLAIMS.exp * 1_000 + 4_999);
    expect(refusalOf(() => open().verify(forge()))).toBe('accepted');
    clock.set(GOOD_CLAIMS.exp * 1_000 + 5_000);
    expect(refusalOf(() => open().verify(forge()))).toBe('TOKEN_EXPIRED');
  });

  it('knows more than forty attacks', () => {
    expect(new Set(attacks().map(([, token]) => token)).size).toBeGreaterThan(120);
  });

  it.each(attacks())('refuses %s, before and after its end, with nothing but UNAUTHENTICATED', (_name, token) => {
    expect(refusalOf(() => open().verify(token))).toBe('UNAUTHENTICATED');
    clock.set((GOOD_CLAIMS.exp + 86_400) * 1_000);
    expect(refusalOf(() => open().verify(token))).toBe('UNAUTHENTICATED');
  });

  it('refuses a token with any one bit flipped, in every part', () => {
    const tokens = open();
    const bytes = Buffer.from(forge(), 'latin1');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(
        refusalOf(() => tokens.verify(flipped.toString('latin1'))),
        `bit ${bit}`,
      ).toBe('UNAUTHENTICATED');
    }
  });

  it('reads no time from the machine, not even when its own clock stands at 0', () => {
    clock.set(0);
    const { token, expiresAtMs } = open().issue(ALICE);
    expect(expiresAtMs).toBe(3_600_000);
    expect(refusalOf(() => open().verify(token))).toBe('accepted');
  });

  it('issues what the specification and another implementation understand', () => {
    const { token } = open().issue(ALICE);
    const { header, payload } = jwt.verify(token, SECRET, {
      complete: true,
      algorithms: ['HS256'],
      clockTimestamp: NOW_S,
    });
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt' });
    expect(payload).toEqual({ ...GOOD_CLAIMS, jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown });
  });

  it('does not take a token for another audience or of another issuer', () => {
    const { token } = open().issue(ALICE);
    expect(refusalOf(() => open({ audience: 'parley-admin' }).verify(token))).toBe('UNAUTHENTICATED');
    expect(refusalOf(() => open({ issuer: 'parley-staging' }).verify(token))).toBe('UNAUTHENTICATED');
  });
});

describe('rotation of the secrets', () => {
  const clock = new ManualClock();
  const open = (...secrets: string[]) => new JwtTokens({ secrets, expiresInSeconds: 60, clock });
  const [first, second, third] = ['1'.repeat(32), '2'.repeat(32), '3'.repeat(32)] as const;

  it('signs with the first and takes what any of them signed', () => {
    const { token } = open(first, second).issue(ALICE);
    expect(refusalOf(() => open(first).verify(token))).toBe('accepted');
    expect(refusalOf(() => open(third, second, first).verify(token))).toBe('accepted');
    expect(refusalOf(() => open(second, third).verify(token))).toBe('UNAUTHENTICATED');
  });

  it('calls a token of an old secret expired, too', () => {
    const { token, expiresAtMs } = open(first).issue(ALICE);
    clock.set(expiresAtMs + 5_000);
    expect(refusalOf(() => open(second, first).verify(token))).toBe('TOKEN_EXPIRED');
  });

  it('knows the refresh secrets of every secret that it has, and hands out those of the first', () => {
    const { sessionId } = ALICE;
    const [old] = open(first).refreshSecrets(sessionId, 'source');
    const [handedOut, ...others] = open(second, first).refreshSecrets(sessionId, 'source');
    expect([handedOut, others]).toEqual([open(second).refreshSecrets(sessionId, 'source')[0], [old]]);
    expect(open(second, first).isRefreshSecret(sessionId, old)).toBe(true);
    expect(open(second).isRefreshSecret(sessionId, old)).toBe(false);
  });

  it.each([
    ['no secret', []],
    ['an empty one', ['']],
    ['a short one', ['x'.repeat(31)]],
    ['a short one behind a good one', [first, 'x'.repeat(31)]],
  ])('does not start with %s', (_what, secrets) => {
    expect(() => open(...secrets)).toThrow(RangeError);
  });

  it('counts bytes, not characters', () => {
    expect(() => open('é'.repeat(16))).not.toThrow();
  });

  it('does not show a secret when it is printed or logged', async () => {
    const { inspect } = await import('node:util');
    expect(inspect(open(first), { depth: 9, showHidden: true }) + JSON.stringify(open(first))).not.toContain(first);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'does not start with a life of %d s',
    (expiresInSeconds) => {
      expect(() => new JwtTokens({ secrets: [first], expiresInSeconds, clock })).toThrow(RangeError);
    },
  );
});
