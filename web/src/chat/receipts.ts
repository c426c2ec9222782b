import type { Member, Room } from './model.ts';

export interface Receipt {
  readonly status: 'sent' | 'delivered' | 'read';
  readonly readBy: readonly string[];
  readonly deliveredTo: readonly string[];
  readonly others: number;
}

/** How far an own message has come: `delivered` and `read` when that holds for everybody else in the room. */
export function receiptOf(seq: number, others: readonly Member[]): Receipt {
  const idsOf = (members: readonly Member[]) => members.map(({ userId }) => userId);
  const readBy = idsOf(others.filter(({ readSeq }) => readSeq >= seq));
  const deliveredTo = idsOf(others.filter((member) => Math.max(member.deliveredSeq, member.readSeq) >= seq));
  const reached = (ids: readonly string[]) => others.length > 0 && ids.length === others.length;
  const status = reached(readBy) ? 'read' : reached(deliveredTo) ? 'delivered' : 'sent';
  return { status, readBy, deliveredTo, others: others.length };
}

export const othersIn = ({ members }: Room, me: string): Member[] =>
  [...members.values()].filter(({ userId }) => userId !== me);
