import { describe, expect, it } from 'vitest';
import { checkHistory, type Violation } from '../faults/chaos/check.ts';
import type { ChaosHistory, LogEntry } from '../faults/chaos/history.ts';
import { planChaos } from '../faults/chaos/plan.ts';

const ROOM = 'room';

const entry = (seq: number, type: string, userId: string): LogEntry => ({
  id: `id-${seq}`,
  roomId: ROOM,
  seq,
  type,
  userId,
  ...(type === 'message' ? { clientMessageId: `c-${seq}` } : {}),
});

const LOG = [
  entry(1, 'member_joined', 'alice'),
  entry(2, 'member_joined', 'bob'),
  entry(3, 'message', 'alice'),
  entry(4, 'member_left', 'bob'),
  entry(5, 'message', 'alice'),
  entry(6, 'member_joined', 'bob'),
  entry(7, 'message', 'bob'),
];

/** Nothing is wrong with it. */
function aHistory(overrides: Partial<ChaosHistory> = {}): ChaosHistory {
  const heardBy = (userId: string, seqs: readonly number[]) => ({
    userId,
    fromMs: 0,
    toMs: 1_000,
    heard: seqs.map((seq) => ({ atMs: seq * 10, entry: LOG[seq - 1] as LogEntry })),
  });
  return {
    acked: [3, 5].map((seq) => ({
      roomId: ROOM,
      userId: 'alice',
      clientMessageId: `c-${seq}`,
      id: `id-${seq}`,
      seq,
      atMs: seq * 10,
    })),
    connections: [heardBy('alice', [2, 3, 4, 5, 6, 7]), heardBy('bob', [3, 4, 6, 7])],
    absences: [{ userId: 'bob', roomId: ROOM, fromMs: 41, toMs: 55 }],
    views: [
      { userId: 'alice', roomId: ROOM, seqs: new Set([1, 2, 3, 4, 5, 6, 7]) },
      { userId: 'bob', roomId: ROOM, seqs: new Set([6, 7]) },
    ],
    logs: new Map([[ROOM, LOG]]),
    refused: [],
    ...overrides,
  };
}

const kindsIn = (overrides: Partial<ChaosHistory>): Violation['what'][] =>
  checkHistory(aHistory(overrides)).map(({ what }) => what);

const logOf = (entries: readonly LogEntry[]): Partial<ChaosHistory> => ({ logs: new Map([[ROOM, entries]]) });

describe('the checkers of the fault suite', () => {
  it('find nothing where nothing is wrong', () => {
    expect(checkHistory(aHistory())).toEqual([]);
  });

  it('find an ack that is not in the log, or stands there as something else', () => {
    const [first] = aHistory().acked;
    if (!first) throw new Error('There is an ack.');
    expect(kindsIn({ acked: [{ ...first, seq: 99 }] })).toEqual(['lost']);
    expect(kindsIn({ acked: [{ ...first, id: 'other' }] })).toEqual(['lost']);
    expect(kindsIn({ acked: [{ ...first, clientMessageId: 'other' }] })).toEqual(['lost']);
  });

  it('find a message that is stored twice', () => {
    const again = { ...entry(8, 'message', 'bob'), clientMessageId: 'c-7' };
    const seqs = new Set([1, 2, 3, 4, 5, 6, 7, 8]);
    const views = [{ userId: 'alice', roomId: ROOM, seqs }];
    expect(kindsIn({ ...logOf([...LOG, again]), views })).toEqual(['duplicated']);
  });

  it('find a gap', () => {
    expect(kindsIn({ ...logOf(LOG.filter(({ seq }) => seq !== 1)), acked: [], views: [] })).toContain('gap');
  });

  it('find what a connection is told twice, or in another order', () => {
    const [one, two] = aHistory().connections;
    if (!one || !two) throw new Error('There are two.');
    expect(kindsIn({ connections: [{ ...one, heard: [...one.heard, ...one.heard.slice(-1)] }] })).toEqual(['disorder']);
    expect(kindsIn({ connections: [{ ...one, heard: one.heard.toReversed() }] })).toContain('disorder');
  });

  it('find a message of somebody who is no member', () => {
    const log = LOG.map((each) => (each.seq === 5 ? { ...each, userId: 'bob' } : each));
    expect(kindsIn({ ...logOf(log), acked: [] })).toEqual(['intruder']);
  });

  it('find what somebody hears who is gone', () => {
    const heard = [{ atMs: 50, entry: LOG[4] as LogEntry }];
    expect(kindsIn({ connections: [{ userId: 'bob', fromMs: 0, toMs: 100, heard }] })).toEqual(['leak']);
    expect(kindsIn({ connections: [{ userId: 'alice', fromMs: 0, toMs: 100, heard }] })).toEqual([]);
  });

  it('find somebody who does not have everything in the end, and a refusal', () => {
    expect(kindsIn({ views: [{ userId: 'bob', roomId: ROOM, seqs: new Set([6]) }] })).toEqual(['diverged']);
    expect(kindsIn({ refused: ['send_message was answered INTERNAL'] })).toEqual(['refused']);
  });
});

describe('the plan of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const plan = (seed: number) => planChaos({ seed, nodes: 3, workMs: 20_000 });
    expect(plan(1)).toEqual(plan(1));
    expect(plan(1)).not.toEqual(plan(2));
  });

  it('has every kind of fault within some seeds', () => {
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 20; seed += 1) {
      for (const { fault } of planChaos({ seed, nodes: 3, workMs: 20_000 }).faults) {
        kinds.add(fault.kind === 'link' ? `${fault.to} ${fault.how}` : fault.how);
      }
    }
    expect(kinds.size).toBe(15);
  });
});
