import { isMessage, type RoomEntry } from '../../src/domain/room/room-entry.ts';
import type { MessageId } from '../../src/domain/message/message.ts';
import type * as ports from '../../src/application/ports/index.ts';
import type { SimDatabase } from './database/sim-database.ts';
import type { Violation } from './checkers/violation.ts';
import type { Parts } from './sim-node.ts';
import type { Mutation } from './world.ts';

export interface Mutant {
  readonly name: string;
  readonly caughtBy: Violation['checker'];
  /** Made anew for every run, because some of them count. */
  readonly mutation: () => Mutation;
}

/** A proxy, because the adapters keep their state in private fields that a copy would not have. */
function changed<T extends object>(original: T, changes: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      if (name in changes) return changes[name as keyof T];
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

type Append = ports.RoomLog['append'];

const appending = (change: (append: Append, parts: Parts) => Append): Mutation => ({
  adapt: (parts) => {
    const { persistence } = parts;
    const append = change((draft) => persistence.log.append(draft), parts);
    return { persistence: { ...persistence, log: changed(persistence.log, { append }) } };
  },
});

const broadcasting = (change: (broadcaster: ports.RoomBroadcaster) => Partial<ports.RoomBroadcaster>): Mutation => ({
  adapt: ({ broadcaster }) => ({ broadcaster: changed(broadcaster, change(broadcaster)) }),
});

/** True once in so many calls. */
function onceIn(count: number): () => boolean {
  let calls = 0;
  return () => (calls += 1) % count === 0;
}

async function predicted(log: ports.RoomLog, draft: ports.MessageDraft): Promise<ports.Appended> {
  const { id, roomId, senderId: actorId, createdAtMs, content, clientMessageId } = draft;
  const seq = (await log.head(roomId)) + 1;
  return {
    entry: { id, roomId, seq, actorId, createdAtMs, type: 'message', content, clientMessageId },
    deduplicated: false,
  };
}

function losesAnAckedMessage(): Mutation {
  const isTime = onceIn(5);
  return appending(
    (append, { persistence }) =>
      (draft) =>
        isTime() ? predicted(persistence.log, draft) : append(draft),
  );
}

function acksBeforeTheCommit(): Mutation {
  return appending((append, { persistence }) => async (draft) => {
    const early = await predicted(persistence.log, draft);
    append(draft).catch(() => undefined);
    return early;
  });
}

function answersARepeatWithAnotherPlace(): Mutation {
  return appending((append) => async (draft) => {
    const { entry, deduplicated } = await append(draft);
    return { entry: deduplicated ? { ...entry, id: draft.id } : entry, deduplicated };
  });
}

function storesAnotherText(): Mutation {
  const isTime = onceIn(5);
  return appending((append) => (draft) => append(isTime() ? { ...draft, content: 'what nobody sent' } : draft));
}

function neverAnswers(): Mutation {
  const isTime = onceIn(3);
  const silent = new Set<string | null>();
  return appending((append) => async (draft) => {
    if (isTime()) silent.add(draft.clientMessageId);
    return silent.has(draft.clientMessageId) ? new Promise(() => undefined) : append(draft);
  });
}

function leavesAGap(): Mutation {
  const isTime = onceIn(6);
  return {
    adaptInsert: (table, rows) =>
      table === 'log' && rows.every((row) => row['type'] === 'message') && isTime()
        ? rows.map((row) => ({ ...row, seq: Number(row['seq']) + 1 }))
        : rows,
  };
}

function broadcastsBeforeTheCommit(): Mutation {
  return appending((append, { persistence, broadcaster }) => async (draft) => {
    broadcaster.deliver(draft.roomId, [(await predicted(persistence.log, draft)).entry]);
    return append(draft);
  });
}

function swapsPushes(): Mutation {
  let kept: RoomEntry | null = null;
  return broadcasting((broadcaster) => ({
    deliver: (roomId, entries) => {
      const [only] = entries;
      if (entries.length > 1) return broadcaster.deliver(roomId, entries.toReversed());
      if (kept === null && only !== undefined && isMessage(only)) {
        kept = only;
        return;
      }
      broadcaster.deliver(roomId, kept?.roomId === roomId ? [...entries, kept] : entries);
      kept = null;
    },
  }));
}

function tellsReceiptsTwiceAndOnceLower(): Mutation {
  return broadcasting((broadcaster) => ({
    receipt: (change) => {
      broadcaster.receipt(change);
      broadcaster.receipt({ ...change, seq: change.seq - 1 });
    },
  }));
}

const STORE = `UPDATE room_members SET delivered_seq = CASE WHEN room_id = ? AND user_id = ? THEN ? END, read_seq = CASE
  WHEN room_id = ? AND user_id = ? THEN ? END, unread_from_seq = CASE WHEN room_id = ? AND user_id = ? THEN ? END
  WHERE (room_id = ? AND user_id = ?)`;

/** The last report wins, whatever it says. */
function storesReceiptsAsTheyCome(): Mutation {
  const advanceOn =
    (database: SimDatabase): ports.ReceiptStore['advance'] =>
    async ({ roomId, userId, deliveredSeq, readSeq }) => {
      const member = [roomId, userId];
      await database.change(STORE, [...member, deliveredSeq, ...member, readSeq, ...member, null, ...member]);
      const now = { deliveredSeq, readSeq };
      return { before: { deliveredSeq: 0, readSeq: 0 }, now };
    };
  return {
    adapt: ({ persistence }, database) => {
      const receipts = changed(persistence.receipts, { advance: advanceOn(database) });
      return { persistence: { ...persistence, receipts } };
    },
  };
}

function countsOneTooMany(): Mutation {
  return {
    adapt: ({ persistence }) => {
      const summariesOf: ports.RoomDirectory['summariesOf'] = async (userId) =>
        (await persistence.directory.summariesOf(userId)).map((room) => ({
          ...room,
          unreadCount: room.unreadCount + 1,
        }));
      return { persistence: { ...persistence, directory: changed(persistence.directory, { summariesOf }) } };
    },
  };
}

function makesUpEntries(): Mutation {
  const isTime = onceIn(5);
  return appending((append) => async (draft) => {
    if (isTime()) await append({ ...draft, id: `${draft.id.slice(0, -1)}x` as MessageId, clientMessageId: null });
    return append(draft);
  });
}

/** Looks for members and finds everybody whom it looked for. */
const findsNobodyGone = (): Mutation => ({
  adapt: (_parts, database) => {
    const rows = database.rows.bind(database);
    const change = database.change.bind(database);
    database.change = (sql, ...rest) => change(sql.replace(/WHERE EXISTS[^]*$/, ''), ...rest);
    database.rows = async <R extends object>(...[sql, values, transaction]: Parameters<typeof rows>): Promise<R[]> => {
      if (!sql.startsWith('SELECT room_id, user_id FROM room_members')) return rows<R>(sql, values, transaction);
      const pairs = values[0] as readonly (readonly [string, string])[];
      return pairs.map(([room_id, user_id]) => ({ room_id, user_id })) as object[] as R[];
    };
    return {};
  },
});

export const MUTANTS: readonly Mutant[] = [
  { name: 'acks a message that it does not store', caughtBy: 'C1', mutation: losesAnAckedMessage },
  { name: 'acks before the commit', caughtBy: 'C1', mutation: acksBeforeTheCommit },
  {
    name: 'has no unique key of senders and their message ids',
    caughtBy: 'C2',
    mutation: () => ({ withoutKeys: ['room_log_client_message_id'] }),
  },
  { name: 'answers a repeat with another place', caughtBy: 'C2', mutation: answersARepeatWithAnotherPlace },
  { name: 'stores another text', caughtBy: 'C3', mutation: storesAnotherText },
  { name: 'stores a message that nobody sent', caughtBy: 'C3', mutation: makesUpEntries },
  { name: 'leaves a gap', caughtBy: 'C4', mutation: leavesAGap },
  {
    name: 'forgets to poll the heads',
    caughtBy: 'C5',
    mutation: () => ({ adaptFeed: (feed) => void (feed.poll = async () => undefined) }),
  },
  { name: 'broadcasts before the commit', caughtBy: 'C6', mutation: broadcastsBeforeTheCommit },
  { name: 'swaps pushes', caughtBy: 'C6', mutation: swapsPushes },
  { name: 'tells a receipt that goes back', caughtBy: 'C7', mutation: tellsReceiptsTwiceAndOnceLower },
  { name: 'stores receipts as they come', caughtBy: 'C7', mutation: storesReceiptsAsTheyCome },
  { name: 'counts one unread message too many', caughtBy: 'C7', mutation: countsOneTooMany },
  {
    name: 'leaves those who left in the room',
    caughtBy: 'C8',
    mutation: () => broadcasting(() => ({ expel: () => undefined })),
  },
  {
    name: 'lets those who left speak',
    caughtBy: 'C9',
    mutation: findsNobodyGone,
  },
  { name: 'never answers some sends', caughtBy: 'C10', mutation: neverAnswers },
];
