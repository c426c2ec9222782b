import { expect, it } from 'vitest';
import { check } from './checkers/check.ts';
import { planOf } from './plan.ts';
import { run } from './run.ts';

const SEEDS = Number(process.env['SIM_SEEDS'] ?? 500);

it('the published client loses nothing, doubles nothing and keeps the order, whatever fails around it', async () => {
  let acked = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    // Its connections are WebSockets, or what Socket.IO makes as good: what arrives arrives in order.
    const done = await run(seed, {}, { ...planOf(seed), device: 'published', frames: 'in order' });
    acked += done.history.facts.filter(({ kind }) => kind === 'acked').length;
    expect(check(done), `seed ${seed}`).toEqual([]);
  }
  expect(acked).toBeGreaterThan(SEEDS);
});
