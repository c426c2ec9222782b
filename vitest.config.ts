import { defineConfig } from 'vitest/config';

const slow = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
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
    ],
  },
});
