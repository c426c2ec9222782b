import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/application/errors/app-error.ts';
import type { MessageDraft, Persistence } from '../../../src/application/ports/index.ts';
import { inParallel, upTo, within } from '../../contract/concurrency.ts';
import { aPlace, logOf, seqsOf, storedChange } from '../../contract/seed.ts';
import { describeServers } from '../../support/databases/available.ts';
import { aMessageDraft, aMessageId } from '../../support/builders.ts';
import { FlakyLink } from './flaky-link.ts';
import { onServer, openNode, useDatabase } from './sql-harness.ts';

describeServers('a node that loses its database', (_server, adminUrl) => {
  const database = useDatabase(onServer(adminUrl));
  const linked = async () => {
    const link = database.keep(await FlakyLink.to(database.url()));
    return { link, node: database.keep(await openNode(link.url)), witness: await database.node() };
  };

  describe('and the answer to a commit with it', () => {
    it('finds what it wrote and confirms it as written, not as a repeat', async () => {
      const { link, node, witness } = await linked();
      const { roomId, senderId } = await aPlace(node);
      // A room that this node has begun: it knows who is in it, and needs one statement for a message.
      await storedChange(node, { roomId, senderId });
      const drafts = [null, 'key 1', 'key 2'].map((clientMessageId) =>
        aMessageDraft({ roomId, senderId, clientMessageId }),
      );
      link.mode = 'mute';
      const sent = drafts.map((draft) => node.log.append(draft));
      await untilHeadIs(witness, roomId, 4);
      link.mode = 'open';
      link.cut();
      const outcomes = await within('the confirmation', Promise.all(sent));
      expect(outcomes.map(({ entry, deduplicated }) => [entry.id, deduplicated])).toEqual(
        drafts.map(({ id }) => [id, false]),
      );
      expect(await seqsOf(witness, roomId)).toEqual(upTo(4));
    });

    it('asks for the message again while the database stays away, and takes the repeat for one', async () => {
      const { link, node, witness } = await linked();
      const { roomId, senderId } = await aPlace(node);
      // A room that this node has begun: it knows who is in it, and needs one statement for a message.
      await storedChange(node, { roomId, senderId });
      const draft = aMessageDraft({ roomId, senderId });
      link.mode = 'mute';
      const sent = outcomeOf(node.log.append(draft));
      await untilHeadIs(witness, roomId, 2);
      link.mode = 'frozen';
      link.cut();
      expect(await within('an answer', sent, 15_000)).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 1_000 });
      link.mode = 'open';
      link.cut();
      const again = await persistently(() => node.log.append({ ...draft, id: aMessageId() }));
      expect(again).toMatchObject({ entry: { id: draft.id, seq: 2 }, deduplicated: true });
    });
  });

  it('confirms only what is there, once, while its connections are killed over and over', async () => {
    const node = await database.node();
    const aside = await database.aside();
    const places = await Promise.all(upTo(5).map(() => aPlace(node)));
    const confirmed: MessageDraft[] = [];
    let refused = 0;
    let killing = true;
    const send = async (draft: MessageDraft): Promise<void> => {
      const outcome = await outcomeOf(node.log.append(draft));
      if (outcome instanceof AppError) {
        expect(outcome.code).toBe('OVERLOADED');
        refused += 1;
        return send(draft);
      }
      confirmed.push(draft);
    };
    const kill = async () => {
      while (killing) {
        await killOthers(aside);
        await delay(15);
      }
    };
    const killer = kill();
    await inParallel(25, async (worker) => {
      for (let n = 0; n < 40; n += 1) await send(aMessageDraft(places[worker % 5]));
    });
    killing = false;
    await killer;
    for (const { roomId } of places) {
      const entries = await logOf(node, roomId);
      expect(entries.map(({ seq }) => seq)).toEqual(upTo(200));
      expect(new Set(entries.map(({ id }) => id)).size).toBe(200);
    }
    expect(confirmed).toHaveLength(1_000);
    expect(refused).toBeLessThan(1_000);
  });

  it('answers within seconds, and recovers by itself, when the database stands still', async () => {
    const { link, node } = await linked();
    const { roomId, senderId } = await aPlace(node);
    // These connections are open when it happens; further ones are asked for afterwards.
    await inParallel(4, () => node.unitOfWork.snapshot(() => delay(50)));
    link.mode = 'frozen';
    const begunMs = performance.now();
    const ping = outcomeOf(node.ping()).then((outcome) => [outcome, performance.now() - begunMs] as const);
    const outcomes = await within(
      'answers',
      Promise.all([
        ...upTo(3).map(() => outcomeOf(node.users.byId(senderId))),
        outcomeOf(node.unitOfWork.run(({ rooms }) => rooms.lock(roomId))),
        outcomeOf(node.log.append(aMessageDraft({ roomId, senderId }))),
        outcomeOf(node.receipts.advance({ roomId, userId: senderId, deliveredSeq: 1, readSeq: 1 })),
      ]),
      20_000,
    );
    for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 'OVERLOADED' });
    expect((await ping)[0]).toMatchObject({ code: 'OVERLOADED' });
    expect((await ping)[1]).toBeLessThan(3_000);
    link.mode = 'open';
    link.cut();
    const { entry } = await persistently(() => node.log.append(aMessageDraft({ roomId, senderId })));
    expect(entry.seq).toBe(1);
    await node.ping();
  });

  it('says no more about a failure than what kind it is', async () => {
    const node = await database.node();
    const user = { id: 'x'.repeat(60), email: 'secret@example.org', username: 'u', passwordHash: 'h' };
    const failure = await outcomeOf(node.users.insert({ ...user, createdAtMs: 1, lastSeenAtMs: null } as never));
    expect(failure).toMatchObject({ name: 'StorageFailure', code: 'ER_DATA_TOO_LONG' });
    expect(JSON.stringify(failure, [...Object.getOwnPropertyNames(failure), 'cause'])).not.toContain('secret');
  });
});

async function untilHeadIs(witness: Persistence, roomId: MessageDraft['roomId'], head: number): Promise<void> {
  const reached = async () => {
    while ((await witness.log.head(roomId)) < head) await delay(5);
  };
  await within('the write to arrive', reached());
}

/** As a client does: again while the answer is that the server is busy. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await outcomeOf(ask());
    if (!(outcome instanceof AppError)) return outcome;
    if (outcome.code !== 'OVERLOADED' || attempt === 20) throw outcome;
    await delay(100);
  }
}

const outcomeOf = <T>(promise: Promise<T>): Promise<T | AppError> => promise.catch((error: AppError) => error);

interface Aside {
  query(sql: string): Promise<[unknown[], unknown]>;
}

/** Ends the connections to this database except the one that asks. */
async function killOthers(aside: Aside): Promise<void> {
  const [rows] = await aside.query(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
  );
  for (const { id, ID } of rows as { id?: number; ID?: number }[]) {
    // It may be gone by now.
    await aside.query(`KILL ${id ?? ID}`).catch(() => undefined);
  }
}
