import { describe, expect, it } from 'vitest';
import { check } from './checkers/check.ts';
import { MUTANTS } from './mutants.ts';
import { run } from './run.ts';

const SEEDS_MAX = 150;

describe('a simulated run', () => {
  it('is the same run every time for the same seed', async () => {
    for (const seed of [1, 5, 20, 81, 125]) {
      const [first, second] = [await run(seed), await run(seed)];
      expect(first.events).toBe(second.events);
      expect(JSON.stringify(first.history.facts)).toBe(JSON.stringify(second.history.facts));
    }
  });

  it('meets every kind of fault and every kind of fact within a few seeds', async () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 40; seed += 1) {
      for (const fact of (await run(seed)).history.facts) kinds.add(fact.kind === 'refused' ? fact.code : fact.kind);
    }
    for (const kind of ['committed', 'acked', 'pushed', 'heard', 'told-receipt', 'marks-acked', 'summary', 'page']) {
      expect(kinds).toContain(kind);
    }
    for (const kind of ['disconnected', 'fault', 'not-live', 'OVERLOADED', 'NOT_A_MEMBER'])
      expect(kinds).toContain(kind);
  });
});

describe('the checkers', () => {
  it.each(MUTANTS)('catch a product that $name, with $caughtBy', async ({ caughtBy, mutation }) => {
    const caught = new Set<string>();
    for (let seed = 1; seed <= SEEDS_MAX && !caught.has(caughtBy); seed += 1) {
      for (const { checker } of check(await run(seed, mutation()))) caught.add(checker);
    }
    expect([...caught]).toContain(caughtBy);
  });
});
