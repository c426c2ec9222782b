import { isMessage } from '../../../src/domain/room/room-entry.ts';
import type { History } from '../history.ts';
import { groupBy, isKind, type FactOf } from './facts.ts';
import type { Violation } from './violation.ts';

type Keyed = { readonly roomId: string; readonly userId: string; readonly key: string };

const keyOf = ({ roomId, userId, key }: Keyed): string => `${roomId}/${userId}/${key}`;

/** C1: what was acked was committed before the ack, and is in the log at the end, where the ack said. */
export function nothingAckedIsLost({ facts, log }: History): Violation[] {
  const violations: Violation[] = [];
  const committed = new Set<string>();
  for (const fact of facts) {
    if (fact.kind === 'committed') for (const { id } of fact.entries) committed.add(id);
    if (fact.kind !== 'acked') continue;
    const { roomId, userId, key, id, seq } = fact;
    if (!committed.has(id)) violations.push({ checker: 'C1', what: `${key} was acked before it was committed` });
    const entry = log.get(roomId)?.[seq - 1];
    const isThere = entry?.id === id && isMessage(entry) && entry.actorId === userId && entry.clientMessageId === key;
    if (!isThere) violations.push({ checker: 'C1', what: `${key} was acked as ${id} at ${seq} and is not there` });
  }
  return violations;
}

/** C2: one entry for one key, and every ack for the key tells of that one. */
export function nothingIsThereTwice({ facts, log }: History): Violation[] {
  const violations: Violation[] = [];
  for (const [roomId, entries] of log) {
    const messages = entries.filter(isMessage).filter(({ clientMessageId }) => clientMessageId !== null);
    const groups = groupBy(messages, ({ actorId, clientMessageId }) => `${actorId}/${clientMessageId}`);
    for (const [key, found] of groups) {
      if (found.length > 1) violations.push({ checker: 'C2', what: `${key} is in ${roomId} ${found.length} times` });
    }
  }
  for (const [key, acks] of groupBy(facts.filter(isKind('acked')), keyOf)) {
    const places = new Set(acks.map(({ id, seq }) => `${id} at ${seq}`));
    if (places.size > 1) violations.push({ checker: 'C2', what: `${key} was acked as ${[...places].join(' and ')}` });
  }
  return violations;
}

/** C3: every message was sent by somebody, with that text; what was refused for good every time is not there. */
export function nothingIsMadeUp({ facts, log, framesInOrder }: History): Violation[] {
  const violations: Violation[] = [];
  const sends = groupBy(facts.filter(isKind('send')), keyOf);
  const stored = new Set<string>();
  for (const [roomId, entries] of log) {
    for (const { actorId, clientMessageId, content, seq } of entries.filter(isMessage)) {
      const key = keyOf({ roomId, userId: actorId, key: clientMessageId ?? '' });
      stored.add(key);
      if (sends.get(key)?.some((send) => send.content === content)) continue;
      violations.push({ checker: 'C3', what: `nobody sent what is in ${roomId} at ${seq}` });
    }
  }
  // A network that doubles frames lets a refused one come in once more.
  if (!framesInOrder) return violations;
  const refused = groupBy(
    facts.filter(isKind('refused')).filter(({ definite }) => definite),
    keyOf,
  );
  for (const [key, refusals] of refused) {
    const attempts = sends.get(key) ?? [];
    if (attempts.some(({ via }) => via === null) || attempts.length > refusals.length) continue;
    if (stored.has(key)) violations.push({ checker: 'C3', what: `${key} was refused for good and is there` });
  }
  return violations;
}

/** C6, the second half: what a client sends on one connection without waiting gets ascending places. */
export function pipelinedSendsKeepTheirOrder({ facts, framesInOrder }: History): Violation[] {
  if (!framesInOrder) return [];
  const violations: Violation[] = [];
  const sends = groupBy(facts.filter(isKind('send')), keyOf);
  const acks = new Map(facts.filter(isKind('acked')).map((ack) => [`${ack.client}/${ack.attempt}`, ack]));
  const last = new Map<string, FactOf<'acked'>>();
  for (const attempts of [...sends.values()]) {
    const [first] = attempts;
    const ack = first && acks.get(`${first.client}/${first.attempt}`);
    // A repeat is answered with the place of the first, wherever that came from.
    if (first === undefined || first.via === null || ack === undefined || attempts.length > 1) continue;
    const line = `${first.via}/${first.roomId}`;
    const before = last.get(line);
    last.set(line, ack);
    if (before === undefined || before.seq < ack.seq) continue;
    violations.push({ checker: 'C6', what: `${before.key} was sent before ${ack.key} and stands after it` });
  }
  return violations;
}

/** C10: at the end every send has its answer. */
export const everySendIsAnswered = ({ unanswered }: History): Violation[] =>
  unanswered.map((key) => ({ checker: 'C10', what: `${key} has no answer` }));
