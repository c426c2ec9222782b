import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JwtIdentityProvider } from '../../../../src/adapters/outbound/identity/jwt-identity-provider.ts';
import { InMemoryLogger } from '../../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { aSigningKey, Issuer, type SigningKey } from '../../../support/harness/issuer.ts';
import { until } from '../../../support/harness/site.ts';

const NOW_S = 1_767_225_600;
const COOL_DOWN_MS = 10_000;

describe('the keys of an issuer', () => {
  let clock: ManualClock, issuer: Issuer, first: SigningKey, second: SigningKey, provider: JwtIdentityProvider;
  beforeEach(async () => {
    clock = new ManualClock(NOW_S * 1_000);
    [first, second] = [await aSigningKey('first'), await aSigningKey('second')];
    issuer = await Issuer.start(first);
    provider = new JwtIdentityProvider({
      ...{ issuer: issuer.name, audience: issuer.audience, keys: { jwksUrl: issuer.jwksUrl }, algorithms: ['ES256'] },
      ...{ claims: { subject: 'sub', username: 'name', email: 'email' }, clock, logger: new InMemoryLogger() },
    });
  });
  afterEach(() => issuer.stop());
  const outcome = async (key: SigningKey) => {
    const token = await issuer.token(key, {}, Math.floor(clock.nowMs() / 1_000));
    return provider.verify(token).then(
      () => 'accepted',
      (error: { code?: string }) => error.code,
    );
  };

  it('are asked for once by any number of tokens at a time', async () => {
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => outcome(first))))).toEqual(new Set(['accepted']));
    expect(issuer.asked).toBe(1);
  });

  it('are asked for again when a token names an unknown one, once in ten seconds whatever the flood', async () => {
    await outcome(first);
    issuer.published = [first, second];
    clock.advance(COOL_DOWN_MS);
    expect(await outcome(second)).toBe('accepted');
    for (let count = 0; count < 50; count += 1) {
      expect(await outcome({ ...second, kid: `unknown-${count}` })).toBe('UNAUTHENTICATED');
    }
    expect(issuer.asked).toBe(2);
    clock.advance(COOL_DOWN_MS);
    await Promise.all(Array.from({ length: 50 }, (_, n) => outcome({ ...second, kid: `other-${n}` })));
    expect(issuer.asked).toBe(3);
  });

  it('are refreshed behind the back of the caller, and one that is no longer published is no longer good', async () => {
    await outcome(first);
    issuer.published = [second];
    clock.advance(10 * 60_000);
    expect(await outcome(first)).toBe('accepted');
    await until('the issuer was asked again', async () => (await outcome(second)) === 'accepted');
    expect(await outcome(first)).toBe('UNAUTHENTICATED');
  });

  const UNUSABLE = {
    'an error': { status: 503 },
    'a redirect': { status: 302 },
    'no JSON': { body: '<html>' },
    'no keys': { body: '{"keys":"none"}' },
    'more than an honest list': { body: JSON.stringify({ keys: [], padding: 'x'.repeat(300_000) }) },
  };
  it.each(Object.entries(UNUSABLE))(
    'go on working, however old, when the issuer answers with %s',
    async (_, answer) => {
      await outcome(first);
      issuer.answer = answer;
      for (let day = 1; day <= 3; day += 1) {
        clock.advance(86_400_000);
        expect(await outcome(first)).toBe('accepted');
        expect(await outcome(second)).toBe('OVERLOADED');
      }
      issuer.answer = {};
      issuer.published = [first, second];
      clock.advance(COOL_DOWN_MS);
      expect(await outcome(second)).toBe('accepted');
    },
  );

  it('that were never had make the answer "not now", without a flood of questions', async () => {
    issuer.answer = { status: 500 };
    for (let count = 0; count < 20; count += 1) expect(await outcome(first)).toBe('OVERLOADED');
    expect(issuer.asked).toBe(1);
    issuer.answer = {};
    clock.advance(COOL_DOWN_MS);
    expect(await outcome(first)).toBe('accepted');
  });

  it('are not waited for longer than three seconds', async () => {
    issuer.answer = { hang: true };
    expect(await outcome(first)).toBe('OVERLOADED');
  });
});
