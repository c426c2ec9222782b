import { endsMembership } from '../../../src/domain/room/room-entry.ts';
import type { History } from '../history.ts';
import { MADE_NAME } from '../client/reader.ts';
import { groupBy, isKind } from './facts.ts';
import type { Violation } from './violation.ts';

const CONVERGED_WITHIN_MS = 5_000;

/** C5, at the end: every client is connected, knows the rooms of its user, and its view of each is the log. */
export function everyViewIsTheLog({ log, members, views, clients, facts }: History): Violation[] {
  const violations: Violation[] = [];
  const unsure = new Set(facts.filter(isKind('creation-lost')).map(({ userId }) => userId));
  for (const { name, userId, isConnected } of clients) {
    if (!isConnected) violations.push({ checker: 'C5', what: `${name} is not connected at the end` });
    for (const { roomId } of members.filter((member) => member.userId === userId)) {
      const view = views.find((other) => other.client === name && other.roomId === roomId);
      // Nobody was told that this room is there. Its maker went to look; the maker's other devices have no reason to.
      const made = log.get(roomId)?.[0];
      if (
        view === undefined &&
        made?.type === 'room_created' &&
        made.actorId === userId &&
        made.name === MADE_NAME &&
        unsure.has(userId)
      )
        continue;
      const expected = log.get(roomId)?.slice(view?.baseSeq ?? 0) ?? [];
      const isSame = view?.ids.length === expected.length && expected.every(({ id }, index) => view.ids[index] === id);
      if (isSame) continue;
      const has = view === undefined ? 'no view' : `${view.baseSeq} + ${view.ids.length} entries`;
      violations.push({ checker: 'C5', what: `${name} has ${has} of ${log.get(roomId)?.length} in ${roomId}` });
    }
  }
  return violations;
}

interface Watch {
  readonly client: string;
  readonly userId: string;
  readonly roomId: string;
  readonly sinceMs: number;
  untilMs: number;
}

/** C5, on the way: a client that stays connected has every entry 5 s after its commit or the end of the faults. */
export function liveClientsConverge({ facts, endMs }: History): Violation[] {
  const healedAtMs = facts.find(isKind('healed'))?.atMs ?? 0;
  const positions = groupBy(
    facts.filter((fact) => fact.kind === 'applied' || fact.kind === 'live'),
    ({ client, roomId }) => `${client}/${roomId}`,
  );
  const violations: Violation[] = [];
  const watches = watchesOf(facts, endMs);
  const stays = staysOf(facts);
  for (const { atMs, entries } of facts.filter(isKind('committed'))) {
    const fromMs = Math.max(atMs, healedAtMs);
    const dueMs = fromMs + CONVERGED_WITHIN_MS;
    for (const { roomId, seq } of entries) {
      for (const { client, userId, sinceMs, untilMs } of watches.get(roomId) ?? []) {
        if (sinceMs > fromMs || untilMs < dueMs) continue;
        const isMember = (stay: Stay) => stay.fromMs <= atMs && stay.toMs > dueMs;
        if (!stays.get(`${roomId}/${userId}`)?.some(isMember)) continue;
        const placed = positions.get(`${client}/${roomId}`)?.filter((fact) => fact.atMs <= dueMs) ?? [];
        if (placed.some((fact) => fact.seq >= seq)) continue;
        violations.push({ checker: 'C5', what: `${client} does not have ${seq} of ${roomId} at ${dueMs} ms` });
      }
    }
  }
  return violations;
}

/** By room, when which client lived on pushes. */
function watchesOf(facts: History['facts'], endMs: number): Map<string, Watch[]> {
  const open = new Map<string, Watch>();
  const all: Watch[] = [];
  for (const fact of facts) {
    if (fact.kind === 'live') {
      const key = `${fact.connection}/${fact.roomId}`;
      if (open.has(key)) continue;
      const watch = {
        client: fact.client,
        userId: fact.userId,
        roomId: fact.roomId,
        sinceMs: fact.atMs,
        untilMs: endMs,
      };
      open.set(key, watch);
      all.push(watch);
    }
    if (fact.kind !== 'not-live' && fact.kind !== 'disconnected') continue;
    for (const [key, watch] of open) {
      const isOver =
        fact.kind === 'disconnected'
          ? key.startsWith(`${fact.connection}/`)
          : key === `${fact.connection}/${fact.roomId}`;
      if (!isOver) continue;
      watch.untilMs = fact.atMs;
      open.delete(key);
    }
  }
  return groupBy(all, ({ roomId }) => roomId);
}

/** C6: on one socket a room's entries ascend, and nothing is pushed before its commit. */
export function pushesAscendAfterTheirCommit({ facts }: History): Violation[] {
  const violations: Violation[] = [];
  const committed = new Set<string>();
  const last = new Map<string, number>();
  for (const fact of facts) {
    if (fact.kind === 'committed') for (const { id } of fact.entries) committed.add(id);
    if (fact.kind !== 'pushed') continue;
    const { connection, roomId, seq, id } = fact;
    if (!committed.has(id))
      violations.push({ checker: 'C6', what: `${seq} of ${roomId} was pushed before its commit` });
    const line = `${connection}/${roomId}`;
    const before = last.get(line) ?? 0;
    if (seq <= before)
      violations.push({ checker: 'C6', what: `${connection} was told ${seq} of ${roomId} after ${before}` });
    last.set(line, seq);
  }
  return violations;
}

interface Stay {
  readonly fromMs: number;
  toMs: number;
  toSeq: number;
}

/** When who was a member of what. */
function staysOf(facts: History['facts']): Map<string, Stay[]> {
  const stays = new Map<string, Stay[]>();
  for (const { atMs, entries } of facts.filter(isKind('committed'))) {
    for (const entry of entries) {
      if (entry.type !== 'member_joined' && !endsMembership(entry)) continue;
      const key = `${entry.roomId}/${entry.userId}`;
      const found = stays.get(key) ?? [];
      stays.set(key, found);
      const last = found.at(-1);
      if (entry.type === 'member_joined') {
        found.push({ fromMs: atMs, toMs: Number.POSITIVE_INFINITY, toSeq: Number.POSITIVE_INFINITY });
      } else if (last !== undefined) Object.assign(last, { toMs: atMs, toSeq: entry.seq });
    }
  }
  return stays;
}

/**
 * C8: whoever is no member hears nothing; whoever leaves hears of the leaving and of nothing after it. What was said
 * before somebody came is no secret to them: members read the whole log.
 */
export function onlyMembersHear({ facts }: History): Violation[] {
  const stays = staysOf(facts);
  return facts.filter(isKind('heard')).flatMap(({ atMs, connection, userId, roomId, seq }): Violation[] => {
    const own = stays.get(`${roomId}/${userId}`) ?? [];
    if (own.some(({ fromMs, toSeq }) => fromMs <= atMs && seq <= toSeq)) return [];
    return [{ checker: 'C8', what: `${userId} heard ${seq} of ${roomId} on ${connection}` }];
  });
}
