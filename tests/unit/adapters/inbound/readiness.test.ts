import { expect, it } from 'vitest';
import { ReadinessCheck } from '../../../../src/adapters/inbound/http/readiness.ts';
import { ManualClock } from '../../../../src/adapters/outbound/memory/manual-clock.ts';
import type { SchemaState } from '../../../../src/application/ports/index.ts';

function stage() {
  const clock = new ManualClock();
  const world = {
    schema: 'current' as SchemaState,
    answers: true,
    redis: null as 'up' | 'down' | null,
    draining: false,
  };
  let asked = 0;
  const check = new ReadinessCheck({
    ping: async () => {
      asked += 1;
      if (!world.answers) throw new Error('connect ECONNREFUSED db.internal:3306');
      return world.schema;
    },
    redis: () => world.redis,
    draining: () => world.draining,
    clock,
  });
  return { clock, world, check, asked: () => asked };
}

it('has no reason to give when all is well', async () => {
  const { check } = stage();
  const checks = { database: 'up', schema: 'current' };
  expect(await check.execute()).toEqual({ ok: true, draining: false, checks, reasons: [] });
});

it.each([
  ['draining', { draining: true }, false],
  ['database', { answers: false }, false],
  ['schema', { schema: 'older' as const }, false],
  ['redis', { redis: 'down' as const }, true],
])('gives %s as the reason, and nothing of the installation', async (name, state, ok) => {
  const { check, world } = stage();
  Object.assign(world, state);
  const found = await check.execute();
  expect(found.ok).toBe(ok);
  expect(found.reasons).toEqual([{ check: name, blocks: !ok, reason: expect.any(String) as string }]);
  expect(JSON.stringify(found)).not.toMatch(/ECONN|internal|SELECT/);
});

it('serves with a schema that is newer', async () => {
  const { check, world } = stage();
  world.schema = 'newer';
  expect(await check.execute()).toMatchObject({ ok: true, checks: { schema: 'newer' }, reasons: [] });
});

it('asks the database once for many probes, and once a second', async () => {
  const { check, clock, asked } = stage();
  await Promise.all(Array.from({ length: 100 }, () => check.execute()));
  clock.advance(999);
  await check.execute();
  expect(asked()).toBe(1);
  clock.advance(1);
  await check.execute();
  expect(asked()).toBe(2);
});

it('says at once that it is draining, whatever it has just answered', async () => {
  const { check, world } = stage();
  expect((await check.execute()).ok).toBe(true);
  world.draining = true;
  expect(await check.execute()).toMatchObject({ ok: false, draining: true });
});
