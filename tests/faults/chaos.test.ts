import { expect, it } from 'vitest';
import { mysqlUrl } from '../support/databases/available.ts';
import { runChaos } from './chaos/run-chaos.ts';

// Another seed shows other faults: `npm run test:faults -- --seed 7 --runs 20`.
it('three nodes keep every promise while links, Redis and nodes break', async () => {
  const summary = await runChaos({ seed: 3, nodes: 3, workMs: 12_000, databaseServer: mysqlUrl() });
  expect(summary.violations).toEqual([]);
  expect(summary.faults.length).toBeGreaterThan(4);
  expect(summary.acked).toBeGreaterThan(200);
}, 150_000);
