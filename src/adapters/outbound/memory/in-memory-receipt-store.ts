import type { ReceiptOutcome, ReceiptReport, ReceiptStore } from '../../../application/ports/index.ts';
import { advance, type Watermarks } from '../../../domain/room/member.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
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
      const unreadFrom = this.#tables.unreadFrom.get(key);
      if (unreadFrom !== undefined && readSeq >= unreadFrom) this.#tables.unreadFrom.delete(key);
      return { before: watermarksOf(member), now };
    });
  }

  markUnread(roomId: RoomId, userId: UserId, fromSeq: number | null): Promise<boolean> {
    return this.#access.write(() => {
      const key = memberKey(roomId, userId);
      if (!this.#tables.members.has(key)) return false;
      if (fromSeq === null) this.#tables.unreadFrom.delete(key);
      else this.#tables.unreadFrom.set(key, fromSeq);
      return true;
    });
  }
}

const watermarksOf = ({ deliveredSeq, readSeq }: Watermarks): Watermarks => ({ deliveredSeq, readSeq });
