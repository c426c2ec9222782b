import type { ChaosHistory, LogEntry } from './history.ts';

export interface Violation {
  readonly what: 'lost' | 'duplicated' | 'gap' | 'disorder' | 'intruder' | 'leak' | 'diverged' | 'refused';
  readonly detail: string;
}

const ENDS = new Set(['member_left', 'member_removed', 'member_banned']);

/** What the history has in it that must not be. */
export function checkHistory(history: ChaosHistory): Violation[] {
  return [
    ...acksThatAreNotTrue(history),
    ...roomsThatAreNotDense(history),
    ...messagesStoredTwice(history),
    ...connectionsOutOfOrder(history),
    ...intruders(history),
    ...leaks(history),
    ...viewsThatDiffer(history),
    ...history.refused.map((detail): Violation => ({ what: 'refused', detail })),
  ];
}

function acksThatAreNotTrue({ acked, logs }: ChaosHistory): Violation[] {
  return acked.flatMap(({ roomId, clientMessageId, id, seq }): Violation[] => {
    const entry = logs.get(roomId)?.[seq - 1];
    if (entry?.id === id && entry.clientMessageId === clientMessageId) return [];
    return [{ what: 'lost', detail: `${clientMessageId} was acked as ${seq} of ${roomId}, where ${entry?.id} stands` }];
  });
}

function roomsThatAreNotDense({ logs }: ChaosHistory): Violation[] {
  return [...logs].flatMap(([roomId, entries]) =>
    entries.flatMap(({ seq }, index): Violation[] =>
      seq === index + 1 ? [] : [{ what: 'gap', detail: `${seq} stands at place ${index + 1} of ${roomId}` }],
    ),
  );
}

function messagesStoredTwice({ logs }: ChaosHistory): Violation[] {
  return [...logs].flatMap(([roomId, entries]) => {
    const seen = new Set<string>();
    return entries.flatMap(({ userId, clientMessageId, seq }): Violation[] => {
      if (clientMessageId === undefined) return [];
      const key = `${userId}/${clientMessageId}`;
      if (seen.has(key)) return [{ what: 'duplicated', detail: `${clientMessageId} is again at ${seq} of ${roomId}` }];
      seen.add(key);
      return [];
    });
  });
}

function connectionsOutOfOrder({ connections }: ChaosHistory): Violation[] {
  return connections.flatMap(({ userId, heard }) => {
    const last = new Map<string, number>();
    return heard.flatMap(({ entry: { roomId, seq } }): Violation[] => {
      const before = last.get(roomId) ?? 0;
      last.set(roomId, Math.max(before, seq));
      return seq > before ? [] : [{ what: 'disorder', detail: `${userId} heard ${seq} of ${roomId} after ${before}` }];
    });
  });
}

/** Nobody speaks into the log who is no member there. */
function intruders({ logs }: ChaosHistory): Violation[] {
  return [...logs].flatMap(([roomId, entries]) => {
    const members = new Set<string>();
    return entries.flatMap((entry): Violation[] => {
      applyMembership(members, entry);
      if (entry.type !== 'message' || members.has(entry.userId)) return [];
      return [{ what: 'intruder', detail: `${entry.userId} is no member of ${roomId} at ${entry.seq}` }];
    });
  });
}

function applyMembership(members: Set<string>, { type, userId }: LogEntry): void {
  if (type === 'member_joined') members.add(userId);
  else if (ENDS.has(type)) members.delete(userId);
}

/**
 * Who has left hears of a room nothing that stands behind the leaving in its log, until asking for it again: what comes
 * then may be told a little early, and what stands before may come a little late.
 */
function leaks({ connections, absences, logs }: ChaosHistory): Violation[] {
  const gaps = gapsInMembership(logs);
  return absences.flatMap(({ userId, roomId, fromMs, toMs }) => {
    const own = connections.filter((connection) => connection.userId === userId);
    const isOutside = (seq: number) => gaps.get(`${roomId}/${userId}`)?.some(({ from, to }) => seq > from && seq < to);
    return own.flatMap(({ heard }) =>
      heard.flatMap(({ atMs, entry }): Violation[] => {
        const isAbsent = entry.roomId === roomId && atMs > fromMs && atMs < toMs && isOutside(entry.seq);
        if (!isAbsent) return [];
        return [{ what: 'leak', detail: `${userId}, who was gone, heard ${entry.seq} of ${roomId}` }];
      }),
    );
  });
}

/** By room and user: between which seqs the user was no member any more. */
function gapsInMembership(logs: ChaosHistory['logs']): Map<string, { readonly from: number; to: number }[]> {
  const gaps = new Map<string, { readonly from: number; to: number }[]>();
  for (const [roomId, entries] of logs) {
    for (const { type, userId, seq } of entries) {
      const own = gaps.get(`${roomId}/${userId}`) ?? [];
      gaps.set(`${roomId}/${userId}`, own);
      const last = own.at(-1);
      if (ENDS.has(type)) own.push({ from: seq, to: Number.POSITIVE_INFINITY });
      else if (type === 'member_joined' && last) last.to = seq;
    }
  }
  return gaps;
}

/** In the end everybody has the whole log from where they came in for good. */
function viewsThatDiffer({ views, logs }: ChaosHistory): Violation[] {
  return views.flatMap(({ userId, roomId, seqs }): Violation[] => {
    const entries = logs.get(roomId) ?? [];
    const joined = entries.findLast(({ type, userId: who }) => type === 'member_joined' && who === userId)?.seq ?? 1;
    const missing = entries.filter(({ seq }) => seq > joined && !seqs.has(seq)).map(({ seq }) => seq);
    if (missing.length === 0) return [];
    return [{ what: 'diverged', detail: `${userId} misses ${missing.slice(0, 5).join()} of ${roomId}` }];
  });
}
