import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Persistence } from '../../src/application/ports/index.ts';

/**
 * One adapter under test. SQL adapters open it with a pool of ten connections or more, or the races in the suites are
 * never run. Rows may refer to each other by foreign keys: suites insert users and rooms before what belongs to them.
 */
export interface PersistenceHarness {
  /** Look it up for every use: `reset` may put another one here. */
  persistence: Persistence;
  /** Forgets everything that was stored. */
  reset(): Promise<void>;
  /** Closes the persistence, then drops what was made for it. */
  close(): Promise<void>;
}

export type OpenPersistence = () => Promise<PersistenceHarness>;

export type CurrentPersistence = () => Persistence;

/** Opens one persistence for the suite that calls this; every test of it starts with an empty one. */
export function usePersistence(open: OpenPersistence): CurrentPersistence {
  let harness: PersistenceHarness | undefined;
  const current = () => {
    if (!harness) throw new Error('The persistence is there only while tests run.');
    return harness;
  };
  beforeAll(async () => {
    harness = await open();
  });
  beforeEach(() => current().reset());
  afterAll(() => harness?.close());
  return () => current().persistence;
}
