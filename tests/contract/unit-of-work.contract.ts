import { describe } from 'vitest';
import { usePersistence, type OpenPersistence } from './persistence-harness.ts';
import { atomicityCases } from './unit-of-work-atomicity.cases.ts';
import { isolationCases } from './unit-of-work-isolation.cases.ts';
import { lockCases } from './unit-of-work-lock.cases.ts';
import { snapshotCases } from './unit-of-work-snapshot.cases.ts';

export function unitOfWorkContract(adapter: string, open: OpenPersistence): void {
  describe(`UnitOfWork contract: ${adapter}`, () => {
    const current = usePersistence(open);
    atomicityCases(current);
    isolationCases(current);
    lockCases(current);
    snapshotCases(current);
  });
}
