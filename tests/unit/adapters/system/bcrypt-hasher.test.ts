import bcrypt from 'bcrypt';
import { describe, expect, it } from 'vitest';
import { BcryptHasher } from '../../../../src/adapters/outbound/system/bcrypt-hasher.ts';
import { AppError } from '../../../../src/application/errors/app-error.ts';

const COST = 4;
/** Slow enough that a storm is still waiting while the test looks at it. */
const STORM_COST = 8;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

describe('BcryptHasher', () => {
  it('hashes at the given cost, and verifies hashes of another', async () => {
    const hash = await new BcryptHasher({ cost: 5 }).hash('correct horse');
    expect(bcrypt.getRounds(hash)).toBe(5);
    expect(await new BcryptHasher({ cost: COST }).verify('correct horse', hash)).toBe(true);
  });

  it.each(['a', 'b', 'y'])('verifies variant 2%s, as accounts from elsewhere have it', async (variant) => {
    const hash = (await bcrypt.hash('correct horse', COST)).replace('$2b$', `$2${variant}$`);
    const hasher = new BcryptHasher({ cost: COST });
    expect(await hasher.verify('correct horse', hash)).toBe(true);
    expect(await hasher.verify('correct house', hash)).toBe(false);
  });

  it.each([3, 32, 0, -1, 4.5, Number.NaN])('does not start with cost %d, which the library would replace', (cost) => {
    expect(() => new BcryptHasher({ cost })).toThrow(RangeError);
  });

  it('takes as long whatever the reason of a refusal', async () => {
    const hasher = new BcryptHasher({ cost: 6 });
    const hash = await hasher.hash('correct horse');
    const cases: Record<string, () => Promise<boolean>> = {
      wrong: () => hasher.verify('correct house', hash),
      unknown: () => hasher.verify('correct horse', null),
      malformed: () => hasher.verify('correct horse', 'moved in from elsewhere'),
      long: () => hasher.verify('x'.repeat(73), hash),
      unknownAndLong: () => hasher.verify('x'.repeat(73), null),
      surrogate: () => hasher.verify('\ud800', hash),
    };
    const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]));
    // Interleaved, so that a slow moment of the machine meets all alike.
    for (let round = 0; round < 21; round += 1) {
      for (const [name, verify] of Object.entries(cases)) {
        const startedMs = performance.now();
        expect(await verify()).toBe(false);
        times.get(name)?.push(performance.now() - startedMs);
      }
    }
    const usual = median(times.get('wrong') ?? []);
    for (const [name, values] of times) {
      expect(median(values) / usual, name).toBeGreaterThan(0.5);
      expect(median(values) / usual, name).toBeLessThan(2);
    }
  });
});

describe('a storm of sign-ins', () => {
  it('refuses at once what no longer fits the queue, and completes the others', async () => {
    const hasher = new BcryptHasher({ cost: STORM_COST, concurrencyMax: 2, queueMax: 6 });
    const hash = await hasher.hash('correct horse');
    const done: number[] = [];
    const storm = Array.from({ length: 20 }, async (_, index) => {
      const verdict = await hasher.verify(index % 2 === 0 ? 'correct horse' : 'wrong', hash);
      done.push(index);
      return verdict;
    });
    const refused = await Promise.all(
      storm.slice(8).map((attempt) =>
        attempt.then(
          () => 'answered',
          (error: unknown) => error,
        ),
      ),
    );
    // Two hashes take tens of milliseconds; the refusals waited for none of them.
    expect(done).toEqual([]);
    for (const error of refused) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ code: 'OVERLOADED' });
      expect((error as AppError).retryAfterMs).toBeGreaterThanOrEqual(1_000);
    }
    expect(await Promise.all(storm.slice(0, 8))).toEqual([true, false, true, false, true, false, true, false]);
  });

  it('serves those who wait in the order in which they came', async () => {
    const hasher = new BcryptHasher({ cost: COST, concurrencyMax: 1 });
    const done: number[] = [];
    await Promise.all(Array.from({ length: 20 }, (_, index) => hasher.hash('a').then(() => done.push(index))));
    expect(done).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('has room again after it', async () => {
    const hasher = new BcryptHasher({ cost: COST, concurrencyMax: 1, queueMax: 1 });
    for (let wave = 0; wave < 5; wave += 1) {
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.hash('correct horse')));
      expect(outcomes.map((outcome) => outcome.status)).toEqual([
        'fulfilled',
        'fulfilled',
        ...Array<string>(3).fill('rejected'),
      ]);
    }
  });

  it('counts hashing and verifying together, unknown accounts too', async () => {
    const hasher = new BcryptHasher({ cost: STORM_COST, concurrencyMax: 1, queueMax: 1 });
    const running = hasher.verify('correct horse', null);
    const waiting = hasher.hash('correct horse');
    await expect(hasher.verify('correct horse', null)).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect(hasher.hash('correct horse')).rejects.toMatchObject({ code: 'OVERLOADED' });
    await Promise.all([running, waiting]);
  });

  it('never runs more at once than it may, so that threads are left for files and names', async () => {
    const hasher = new BcryptHasher({ cost: STORM_COST, concurrencyMax: 2 });
    const startedMs = performance.now();
    await Promise.all([hasher.hash('a'), hasher.hash('a')]);
    const pairMs = performance.now() - startedMs;
    const storm = Promise.all(Array.from({ length: 30 }, () => hasher.hash('a')));
    const { stat } = await import('node:fs/promises');
    const statMs: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      const before = performance.now();
      await stat('.');
      statMs.push(performance.now() - before);
    }
    // With all four threads taken a file operation would wait for a hash to end.
    expect(median(statMs)).toBeLessThan(pairMs / 2);
    await storm;
  });

  it('is not stuck by a hash that fails', async () => {
    const hasher = new BcryptHasher({ cost: COST, concurrencyMax: 1, queueMax: 1 });
    for (let count = 0; count < 5; count += 1) {
      await expect(hasher.verify(undefined as unknown as string, null)).rejects.toThrow();
      await expect(hasher.hash('x'.repeat(100))).rejects.toThrow(RangeError);
    }
    expect(await hasher.verify('a', await hasher.hash('a'))).toBe(true);
  });
});
