import { describe, expect, it } from 'vitest';
import { InMemoryRateLimiter } from '../../../../src/adapters/outbound/memory/in-memory-rate-limiter.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import { SignInLimits, type SignInLimitRules } from '../../../../src/application/auth/sign-in-limits.ts';
import { AppError } from '../../../../src/application/errors/app-error.ts';
import { aUserId } from '../../../support/builders.ts';
import { refusal } from '../../../support/harness/core.ts';

const MANY = { points: 1_000, durationMs: 60_000 };
const RULES: SignInLimitRules = { perAddress: MANY, perAccountAndAddress: MANY, perAccount: MANY, perUser: MANY };
const WRONG = { isRight: false };

function someLimits(rules: Partial<SignInLimitRules> = {}) {
  const limiter = new InMemoryRateLimiter({ clock: new ManualClock() });
  return new SignInLimits({ limiter, rules: { ...RULES, ...rules } });
}

/** Work that stays under way until it is released. */
function pending() {
  let started = 0;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const work = async () => {
    started += 1;
    await released;
    return WRONG;
  };
  return { work, release: () => release(), started: () => started };
}

const outcomes = async (attempts: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(attempts)).map(({ status }) => status === 'fulfilled');

describe('hashes under way', () => {
  it('are a few for one address, whatever it asks for, and free again when they are done', async () => {
    const limits = someLimits();
    const { work, release, started } = pending();
    const attempts = Array.from({ length: 20 }, (_, index) =>
      index % 2 === 0
        ? limits.register('192.0.2.1', work)
        : limits.signIn({ email: `${index}@example.org`, address: '192.0.2.1' }, work),
    );
    const elsewhere = limits.signIn({ email: 'a@example.org', address: '192.0.2.2' }, work);
    await expect(attempts[19]).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1_000 });
    expect(started()).toBe(9);
    release();
    await elsewhere;
    expect((await outcomes(attempts)).filter(Boolean)).toHaveLength(8);
    await limits.register('192.0.2.1', async () => undefined);
  });

  it('are two for one user, also when one of them failed before', async () => {
    const limits = someLimits();
    const userId = aUserId();
    const { work, release, started } = pending();
    await expect(limits.confirm(userId, () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    const attempts = Array.from({ length: 10 }, () => limits.confirm(userId, work));
    const other = limits.confirm(aUserId(), work);
    await expect(attempts[9]).rejects.toEqual(refusal('RATE_LIMITED'));
    expect(started()).toBe(3);
    release();
    await other;
    expect(await outcomes(attempts)).toEqual([true, true, ...Array<boolean>(8).fill(false)]);
  });

  it('are not counted where there are no limits', async () => {
    const limits = someLimits({ perAddress: null, perUser: null });
    const { work, release } = pending();
    const userId = aUserId();
    const attempts = Array.from({ length: 40 }, () => [
      limits.register('192.0.2.1', work),
      limits.confirm(userId, work),
    ]).flat();
    release();
    expect(await outcomes(attempts)).not.toContain(false);
  });
});

describe('a budget', () => {
  it('of an address is not spent by what failed because of us', async () => {
    const limits = someLimits({ perAddress: { points: 2, durationMs: 60_000 } });
    const busy = () => Promise.reject(new AppError('OVERLOADED'));
    for (let count = 0; count < 5; count += 1) {
      await expect(limits.register('192.0.2.1', busy)).rejects.toEqual(refusal('OVERLOADED'));
    }
    const taken = () => Promise.reject(new AppError('EMAIL_TAKEN'));
    await expect(limits.register('192.0.2.1', taken)).rejects.toEqual(refusal('EMAIL_TAKEN'));
    await limits.signIn({ email: 'a@example.org', address: '192.0.2.1' }, async () => ({ isRight: true }));
    await expect(limits.register('192.0.2.1', async () => 0)).rejects.toEqual(refusal('RATE_LIMITED'));
  });
});

const TWO = { points: 2, durationMs: 60_000 };
const RIGHT = { isRight: true };

describe('guesses from many addresses', () => {
  const attempt = (limits: SignInLimits, email: string, address: string, comparison = WRONG) =>
    limits.signIn({ email, address }, async () => comparison);

  it('count as of one address when they come from one /64, and as of several otherwise', async () => {
    for (const rule of ['perAddress', 'perAccountAndAddress'] as const) {
      const limits = someLimits({ [rule]: TWO });
      for (const address of ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::2'])
        await attempt(limits, 'a@example.org', address);
      const third = attempt(limits, 'a@example.org', '2001:db8:1:2:3:4:5:6');
      await expect(third).rejects.toEqual(refusal('RATE_LIMITED'));
      await attempt(limits, 'a@example.org', '2001:db8:1:3::1');
    }
  });

  it('end when the account has had enough, and leave in whoever is where the owner was before', async () => {
    const limits = someLimits({ perAccount: TWO });
    await attempt(limits, 'Alice@example.org', '2001:db8::1', RIGHT);
    for (const address of ['192.0.2.1', '192.0.2.2']) await attempt(limits, 'alice@example.org', address);
    const more = () => attempt(limits, 'ALICE@example.org', '192.0.2.3', RIGHT);
    await expect(more()).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 });
    // Mistyped at home, then right.
    for (const comparison of [WRONG, WRONG, WRONG, RIGHT]) {
      expect(await attempt(limits, 'alice@example.org', '2001:db8::2', comparison)).toBe(comparison);
    }
    await expect(more()).rejects.toEqual(refusal('RATE_LIMITED'));
    await attempt(limits, 'bob@example.org', '192.0.2.3');
  });

  it('make no address known, and cost nothing when they are right', async () => {
    const limits = someLimits({ perAccount: TWO });
    for (let count = 0; count < 9; count += 1) await attempt(limits, 'a@example.org', `192.0.2.${count}`, RIGHT);
    for (let count = 0; count < 2; count += 1) await attempt(limits, 'a@example.org', '198.51.100.1');
    await expect(attempt(limits, 'a@example.org', '198.51.100.1')).rejects.toEqual(refusal('RATE_LIMITED'));
    // The first of nine places is forgotten, the last one is not.
    await expect(attempt(limits, 'a@example.org', '192.0.2.0')).rejects.toEqual(refusal('RATE_LIMITED'));
    await attempt(limits, 'a@example.org', '192.0.2.8');
  });
});
