import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const WORKERS = Math.max(2, availableParallelism());
// What is polled for is there at once on a quiet machine; a busy one is no failure.
const slow = { testTimeout: 60_000, hookTimeout: 120_000, expect: { poll: { timeout: 15_000 } } };

export default defineConfig({
  test: {
    // Most tests wait for something most of the time.
    maxWorkers: WORKERS,
    reporters: ['default', ['json', { outputFile: '.cache/test-results.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/{unit,tidy,convergence}/**/*.test.ts', 'tests/{contract,e2e}/**/*.unit.test.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['tests/simulation/**/*.test.ts'],
          // A run makes many small objects and drops them: with room for them there is less collecting.
          execArgv: ['--max-semi-space-size=64'],
          // Nothing in it waits for anything but the processor, so it would make all others late.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'databases',
          include: ['tests/{contract,integration,e2e,faults}/**/*.test.ts'],
          exclude: ['tests/{contract,e2e}/**/*.unit.test.ts'],
          globalSetup: ['tests/support/databases/global-setup.ts'],
          ...slow,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          globalSetup: ['tests/support/browser/global-setup.ts'],
          // A browser takes all that the machine has.
          sequence: { groupOrder: 2 },
          ...slow,
        },
      },
      {
        test: {
          name: 'walks',
          include: ['tests/walks/**/*.test.ts'],
          // They build the product, so nothing that is built may be in use.
          sequence: { groupOrder: 3 },
          ...slow,
          testTimeout: 180_000,
        },
      },
    ],
  },
});
