import { endsMembership } from '../../../src/domain/room/room-entry.ts';
import type { History } from '../history.ts';
import type { Violation } from './violation.ts';

/** C4: after every commit each room is 1..n, what is committed stays as it is, and no page has a hole in it. */
export function everyRoomIsDense({ facts, log }: History): Violation[] {
  const violations: Violation[] = [];
  const ids = new Map<string, string[]>();
  for (const fact of facts) {
    if (fact.kind === 'committed') {
      for (const { roomId, seq, id } of fact.entries.toSorted((a, b) => a.seq - b.seq)) {
        const room = ids.get(roomId) ?? [];
        ids.set(roomId, room);
        if (seq !== room.length + 1)
          violations.push({ checker: 'C4', what: `${seq} follows ${room.length} in ${roomId}` });
        room[seq - 1] = id;
      }
    }
    if (fact.kind === 'page') {
      const step = fact.what === 'events' ? 1 : null;
      const isRight = fact.seqs.every((seq, index) => {
        const before = fact.seqs[index - 1];
        return before === undefined || (step === null ? seq > before : seq === before + step);
      });
      if (!isRight) violations.push({ checker: 'C4', what: `a page of ${fact.roomId} reads ${fact.seqs.join()}` });
    }
  }
  for (const [roomId, entries] of log) {
    const committed = ids.get(roomId) ?? [];
    const isSame = entries.every(({ id, seq }, index) => seq === index + 1 && committed[index] === id);
    if (!isSame || committed.length !== entries.length) {
      violations.push({ checker: 'C4', what: `${roomId} is not at the end what was committed to it` });
    }
  }
  return violations;
}

/** C9: in the log nobody speaks before joining or after leaving. */
export function onlyMembersSpeak({ log }: History): Violation[] {
  const violations: Violation[] = [];
  for (const [roomId, entries] of log) {
    const members = new Set<string>();
    for (const entry of entries) {
      if (entry.type === 'member_joined') members.add(entry.userId);
      if (endsMembership(entry)) members.delete(entry.userId);
      if (entry.type !== 'message' || members.has(entry.actorId)) continue;
      violations.push({ checker: 'C9', what: `${entry.actorId} is no member of ${roomId} at ${entry.seq}` });
    }
  }
  return violations;
}
