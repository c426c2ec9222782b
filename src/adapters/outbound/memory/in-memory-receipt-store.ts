import type { ReceiptOutcome, ReceiptReport, ReceiptStore } from '../../../application/ports/index.ts';
import { advance, type Watermarks } from '../../../domain/room/member.ts';
import type { Access } from './access.ts';
import { memberKey, type MemoryTables } from './memory-tables.ts';

export class InMemoryReceiptStore implements ReceiptStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  advance({ roomId, userId, deliveredSeq, readSeq }: ReceiptReport): Promise<ReceiptOutcome | null> {
    return this.#access.write(() => {
      const { members } = this.#tables;
      const key = memberKey(roomId, userId);
      const member = members.get(key);
      if (!member) return null;
      // The caller has bounded the report by the head of the room.
      const now = advance(member, { deliveredSeq, readSeq }, Number.MAX_SAFE_INTEGER);
      members.set(key, Object.freeze({ ...member, ...now }));
      return { before: watermarksOf(member), now };
    });
  }
}

const watermarksOf = ({ deliveredSeq, readSeq }: Watermarks): Watermarks => ({ deliveredSeq, readSeq });
