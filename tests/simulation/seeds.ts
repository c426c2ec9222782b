import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { check } from './checkers/check.ts';
import { run, type Run } from './run.ts';

const PARTS = 4;
const FAILURES_MAX = 5;

const { SIM_SEED, SIM_SEEDS, SIM_FROM } = process.env;

const command = (seed: number): string =>
  `SIM_SEED=${seed} npx vitest run --project simulation tests/simulation/seeds-1.test.ts`;

/** What a run broke, in words; null when nothing. */
function complaintOf(done: Run): string | null {
  const violations = check(done);
  if (violations.length === 0) return null;
  const lines = violations.slice(0, 10).map(({ checker, what }) => `  ${checker}: ${what}`);
  return [`seed ${done.plan.seed} breaks ${violations.length}:`, ...lines, `  ${command(done.plan.seed)}`].join('\n');
}

/** The tests of one part of all seeds; the parts are files of their own, to be run side by side. */
export function testPart(part: number): void {
  if (SIM_SEED !== undefined) {
    if (part === 1) replay(Number(SIM_SEED));
    else it('leaves a single seed to the first part', () => expect(Number(SIM_SEED)).not.toBeNaN());
    return;
  }
  const first = Number(SIM_FROM ?? 1);
  const count = Number(SIM_SEEDS ?? 10_000);
  const seeds = Array.from({ length: count }, (_, index) => first + index).filter((seed) => seed % PARTS === part - 1);
  it(`keeps every invariant over ${seeds.length} seeds from ${first} to ${first + count - 1}`, async () => {
    const complaints: string[] = [];
    let acked = 0;
    for (const seed of seeds) {
      const done = await run(seed);
      acked += done.history.facts.filter(({ kind }) => kind === 'acked').length;
      const complaint = complaintOf(done);
      if (complaint !== null) complaints.push(complaint);
      if (complaints.length === FAILURES_MAX) break;
    }
    console.log(`part ${part}: ${seeds.length} seeds, ${acked} acked messages, ${complaints.length} failures`);
    expect(complaints.join('\n')).toBe('');
  }, 3_600_000);
}

/** One seed, with its whole history in a file to read. */
function replay(seed: number): void {
  it(`keeps every invariant with seed ${seed}`, async () => {
    const done = await run(seed);
    const { plan, history, bugs } = done;
    const file = `.cache/simulation-${seed}.jsonl`;
    mkdirSync('.cache', { recursive: true });
    writeFileSync(file, [plan, ...history.facts, ...bugs].map((line) => JSON.stringify(line)).join('\n'));
    console.log(`${history.facts.length} facts in ${file}`);
    expect(complaintOf(done) ?? '').toBe('');
  });
}
