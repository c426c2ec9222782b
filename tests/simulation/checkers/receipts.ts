import { isMessage } from '../../../src/domain/room/room-entry.ts';
import type { History, MemberState } from '../history.ts';
import { isKind } from './facts.ts';
import type { Violation } from './violation.ts';

type Marks = NonNullable<MemberState['marks']>;

interface Version {
  readonly atMs: number;
  readonly marks: Marks | null;
}

const memberOf = ({ roomId, userId }: { readonly roomId: string; readonly userId: string }) => `${roomId}/${userId}`;

/** C7: read <= delivered <= head, never back, and nobody is told more, or earlier, than what is durable. */
export function receiptsAreExact({ facts, framesInOrder }: History): Violation[] {
  const violations: Violation[] = [];
  const heads = new Map<string, number>();
  const current = new Map<string, Marks | null>();
  const most = new Map<string, { deliveredSeq: number; readSeq: number }>();
  const told = new Map<string, number>();
  const fail = (what: string) => violations.push({ checker: 'C7', what });
  for (const fact of facts) {
    if (fact.kind === 'committed') {
      for (const { roomId, seq } of fact.entries) heads.set(roomId, Math.max(heads.get(roomId) ?? 0, seq));
      for (const state of fact.members) {
        const { marks } = state;
        const member = memberOf(state);
        const before = current.get(member);
        current.set(member, marks);
        if (marks === null) continue;
        const { readSeq, deliveredSeq } = marks;
        most.set(member, marks);
        const line = `${member}: read ${readSeq}, delivered ${deliveredSeq}`;
        if (readSeq > deliveredSeq || deliveredSeq > (heads.get(state.roomId) ?? 0))
          fail(`${line} of ${heads.get(state.roomId)}`);
        if (before && (readSeq < before.readSeq || deliveredSeq < before.deliveredSeq)) fail(`${line} is a step back`);
      }
    }
    if (fact.kind === 'marks-acked') {
      const { asked, deliveredSeq, readSeq } = fact;
      const stored = most.get(memberOf(fact));
      // The same commit may hold a later report of the same member.
      if (stored === undefined || stored.readSeq < readSeq || stored.deliveredSeq < deliveredSeq) {
        fail(`${memberOf(fact)} was acked marks that are not stored`);
      }
      if (readSeq < asked.readSeq || deliveredSeq < asked.deliveredSeq)
        fail(`${memberOf(fact)} was acked less than was asked for`);
    }
    if (fact.kind === 'told-receipt' && framesInOrder) {
      const line = `${fact.connection}/${memberOf(fact)}/${fact.receipt}`;
      if (fact.seq < (told.get(line) ?? 0)) fail(`${line} went back to ${fact.seq}`);
      told.set(line, fact.seq);
    }
  }
  return violations;
}

/** C7: an unread count is what a recount of the log gives, for marks that were in force while it was asked for. */
export function unreadCountsAreRecounts({ facts, log }: History): Violation[] {
  const versions = new Map<string, Version[]>();
  const violations: Violation[] = [];
  for (const fact of facts) {
    if (fact.kind === 'committed') {
      for (const state of fact.members) {
        const all = versions.get(memberOf(state)) ?? [];
        versions.set(memberOf(state), [...all, { atMs: fact.atMs, marks: state.marks }]);
      }
    }
    if (fact.kind !== 'summary') continue;
    const { roomId, userId, headSeq, readSeq, unreadCount, sinceMs } = fact;
    const all = versions.get(memberOf(fact)) ?? [];
    const inForce = all.filter((_, index) => (all[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) >= sinceMs);
    const counts = inForce
      .filter(({ marks }) => marks?.readSeq === readSeq)
      .map(({ marks }) => {
        const after = Math.min(readSeq, (marks?.unreadFromSeq ?? Number.POSITIVE_INFINITY) - 1);
        const entries = log.get(roomId)?.slice(after, headSeq) ?? [];
        return entries.filter((entry) => isMessage(entry) && entry.actorId !== userId).length;
      });
    if (counts.includes(unreadCount)) continue;
    violations.push({
      checker: 'C7',
      what: `${memberOf(fact)} was told ${unreadCount} unread; ${counts.join(' or ')}`,
    });
  }
  return violations;
}

/** Nothing to check a run by that never told a receipt. */
export const toldReceipts = ({ facts }: History): number => facts.filter(isKind('told-receipt')).length;
