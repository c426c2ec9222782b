import { describe } from 'vitest';
import { usePersistence, type OpenPersistence } from './persistence-harness.ts';
import { appendCases } from './room-log-append.cases.ts';
import { changeCases } from './room-log-change.cases.ts';
import { deduplicationCases } from './room-log-deduplication.cases.ts';
import { readCases } from './room-log-read.cases.ts';
import { redactionCases } from './room-log-redaction.cases.ts';
import { textCases } from './room-log-text.cases.ts';

export function roomLogContract(adapter: string, open: OpenPersistence): void {
  describe(`RoomLog contract: ${adapter}`, () => {
    const current = usePersistence(open);
    appendCases(current);
    deduplicationCases(current);
    changeCases(current);
    readCases(current);
    redactionCases(current);
    textCases(current);
  });
}
