import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QueryTypes, type Sequelize } from 'sequelize';
import { expect, it } from 'vitest';
import type { Persistence } from '../../../src/application/ports/index.ts';
import { isMessage } from '../../../src/domain/room/room-entry.ts';
import type { User } from '../../../src/domain/user/user.ts';
import { upTo } from '../../contract/concurrency.ts';
import {
  aPlace,
  logOf,
  seqsOf,
  storedChange,
  storedInvite,
  storedMember,
  storedMessage,
  storedSession,
  storedUser,
} from '../../contract/seed.ts';
import { aMember, aSanction, aTimeMs } from '../../support/builders.ts';
import { erasing } from '../../support/erasing.ts';
import { describeDatabases, useDatabase, type Product } from './sql-harness.ts';

/** Nothing else that is stored has any of these in it. */
const MARKS = {
  email: 'zoe.quux@private.example',
  username: 'zoequux',
  passwordHash: '$2b$04$zoesownhash',
  userAgent: 'ZoePhone 9000',
  issuer: 'https://zoes-issuer.example',
  subject: 'subject-of-zoe',
  text: 'the secret of zoe',
  clientMessageId: 'named-by-zoe',
  refreshDigest: 'd1gest0fz0e',
  aboutZoe: 'zoe was rude',
  liftedAboutZoe: 'zoe was rude before',
  byZoe: 'zoe says bob was rude',
};
const MESSAGES = 903;

async function lives(persistence: Persistence) {
  const { email, username, passwordHash } = MARKS;
  const zoe = await storedUser(persistence, { email, username, passwordHash });
  const bob = await storedUser(persistence);
  const userId = zoe.id;
  const place = await aPlace(persistence);
  const { roomId } = place;
  await storedMember(persistence, { roomId, userId: bob.id });
  await storedMember(persistence, { roomId, userId });
  const zoes = { roomId, senderId: userId };
  await storedChange(persistence, zoes, { type: 'member_joined', userId, username, role: 'member' });
  await storedSession(persistence, { userId, userAgent: MARKS.userAgent, refreshDigest: MARKS.refreshDigest });
  const { issuer, subject } = MARKS;
  await persistence.identities.insert({ issuer, subject, userId, createdAtMs: aTimeMs(), tokensFromMs: null });
  for (let n = 0; n < MESSAGES; n += 3) {
    const others = { content: `of another one ${n}`, clientMessageId: `other-${n}` };
    await Promise.all([
      storedMessage(persistence, { ...zoes, content: `${MARKS.text} ${n}`, clientMessageId: null }),
      storedMessage(persistence, {
        ...zoes,
        content: `${MARKS.text} ${n} ${'x'.repeat(n * 4)}`,
        clientMessageId: `${MARKS.clientMessageId}-${n}`,
      }),
      storedMessage(persistence, { roomId, senderId: bob.id, ...others }),
    ]);
  }
  await storedChange(persistence, place, {
    type: 'member_muted',
    userId,
    reason: MARKS.liftedAboutZoe,
    expiresAtMs: null,
  });
  await storedChange(persistence, zoes, {
    type: 'member_banned',
    userId: place.senderId,
    reason: MARKS.byZoe,
    expiresAtMs: null,
  });
  await persistence.sanctions.put(aSanction({ roomId, userId, imposedBy: bob.id, reason: MARKS.aboutZoe }));
  await persistence.sanctions.put(
    aSanction({ roomId, userId: place.senderId, imposedBy: userId, reason: MARKS.byZoe }),
  );
  await storedInvite(persistence, { roomId, createdBy: userId });
  await persistence.receipts.advance({ roomId, userId, deliveredSeq: 9, readSeq: 7 });
  await persistence.receipts.advance({ roomId, userId: bob.id, deliveredSeq: 9, readSeq: 7 });
  // A room where zoe never was, and one of which she is the owner.
  const elsewhere = await aPlace(persistence);
  await storedChange(persistence, elsewhere, {
    type: 'member_banned',
    userId,
    reason: MARKS.aboutZoe,
    expiresAtMs: null,
  });
  const own = await aPlace(persistence);
  await persistence.members.setRole(own.roomId, own.senderId, 'admin');
  await storedMember(persistence, { roomId: own.roomId, userId: bob.id });
  await persistence.members.insert(aMember({ roomId: own.roomId, userId, role: 'owner' }));
  await storedMessage(persistence, { roomId: own.roomId, senderId: userId, content: MARKS.text });
  return { zoe, bob, place, elsewhere, own, roomIds: [roomId, elsewhere.roomId, own.roomId] };
}

/** Every row of every table there is, as text. */
async function dump(aside: Sequelize, product: Product): Promise<string> {
  const list =
    product === 'sqlite'
      ? "SELECT name AS t FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
      : 'SELECT TABLE_NAME AS t FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()';
  const tables = await aside.query<{ t: string }>(list, { type: QueryTypes.SELECT });
  expect(tables.length).toBeGreaterThan(9);
  const texts: string[] = [];
  for (const { t } of tables) {
    const rows = await aside.query<Record<string, unknown>>(`SELECT * FROM ${t}`, { type: QueryTypes.SELECT });
    // What is binary is text all the same.
    for (const row of rows) {
      texts.push(...Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString() : String(value))));
    }
  }
  return texts.join('\n');
}

const found = (text: string) => Object.values(MARKS).filter((mark) => text.includes(mark));

describeDatabases('Erasure', (fresh, product) => {
  const database = useDatabase(fresh);

  it('leaves no residue in any table, and all else as it was', async () => {
    const persistence = await database.node();
    const { zoe, bob, roomIds, own, elsewhere } = await lives(persistence);
    const aside = await database.aside();
    expect(found(await dump(aside, product))).toEqual(Object.values(MARKS));
    const before = new Map<string, readonly unknown[]>();
    for (const roomId of roomIds) {
      before.set(
        roomId,
        (await logOf(persistence, roomId)).filter(({ actorId }) => actorId === bob.id),
      );
    }
    const summary = await persistence.directory.summariesOf(bob.id);

    const { erase } = erasing(persistence);
    const { username, roomsLeft, messages } = await erase.execute(zoe.id);

    expect(found(await dump(aside, product))).toEqual([]);
    expect({ roomsLeft, messages }).toEqual({ roomsLeft: 2, messages: (2 * MESSAGES) / 3 + 1 });
    expect(username).toMatch(/^deleted-[0-9a-f]{8}$/);
    for (const roomId of roomIds) {
      expect(await seqsOf(persistence, roomId)).toEqual(upTo(await persistence.log.head(roomId)));
      const log = await logOf(persistence, roomId);
      expect(log.filter(({ actorId }) => actorId === bob.id)).toEqual(before.get(roomId));
      await expectTombstones(persistence, zoe, roomId);
    }
    const after = await persistence.directory.summariesOf(bob.id);
    const countsOf = (list: typeof after) => new Map(list.map(({ room, unreadCount }) => [room.id, unreadCount]));
    expect(countsOf(after)).toEqual(countsOf(summary));
    expect(await persistence.members.find(own.roomId, own.senderId)).toMatchObject({ role: 'owner' });
    expect(await persistence.members.roomIdsOf(zoe.id)).toEqual([]);
    expect(await persistence.users.byId(zoe.id)).toMatchObject({ username, passwordHash: '' });
    expect(await logOf(persistence, elsewhere.roomId)).toMatchObject([
      { type: 'member_banned', userId: zoe.id, reason: null },
      { type: 'messages_erased', userId: zoe.id, fromSeq: 1, toSeq: 1 },
    ]);
  });

  it('ends the same when it was interrupted after any number of steps', async () => {
    const persistence = await database.node();
    const { zoe, place, roomIds } = await lives(persistence);
    const aside = await database.aside();
    let runs = 0;
    for (let isDone = false; !isDone; runs += 1) {
      // More than it takes would mean that it gets nowhere.
      expect(runs).toBeLessThan(30);
      const run = interrupted(persistence, runs).erase.execute(zoe.id);
      isDone = await run.then(
        () => true,
        () => false,
      );
    }
    expect(runs).toBeGreaterThan(3);
    expect(found(await dump(aside, product))).toEqual([]);
    for (const roomId of roomIds) await expectTombstones(persistence, zoe, roomId);
    // Every text that went is told of, whoever was interrupted.
    const log = await logOf(persistence, place.roomId);
    const told = log.filter((entry) => entry.type === 'messages_erased');
    for (const { seq } of log.filter((entry) => isMessage(entry) && entry.erasedAtMs !== undefined)) {
      expect(told.some(({ fromSeq, toSeq }) => fromSeq <= seq && seq <= toSeq)).toBe(true);
    }
  });

  if (product !== 'sqlite') return;

  it('leaves nothing in the files either, once the log of SQLite is merged', async () => {
    const persistence = await database.node();
    const { zoe } = await lives(persistence);
    await erasing(persistence).erase.execute(zoe.id);
    await persistence.close();
    // The last connection to close does this as well, if it can tell that it is the last.
    const aside = await database.aside();
    const merged = await aside.query('PRAGMA wal_checkpoint(TRUNCATE)', { type: QueryTypes.SELECT });
    expect(merged).toMatchObject([{ busy: 0 }]);
    const folder = dirname(database.url().replace('sqlite:', ''));
    const files = await readdir(folder);
    const bytes = await Promise.all(files.map((file) => readFile(`${folder}/${file}`, 'latin1')));
    expect(found(bytes.join(''))).toEqual([]);
  });
});

/** The store goes away after so many units of work. */
function interrupted(persistence: Persistence, steps: number) {
  let left = steps;
  const { unitOfWork } = persistence;
  return erasing({
    ...persistence,
    unitOfWork: {
      snapshot: (work) => unitOfWork.snapshot(work),
      run: (work) => {
        left -= 1;
        return left < 0 ? Promise.reject(new Error('the end')) : unitOfWork.run(work);
      },
    },
  });
}

async function expectTombstones(persistence: Persistence, { id }: User, roomId: Parameters<typeof logOf>[1]) {
  const own = (await logOf(persistence, roomId)).filter(isMessage).filter(({ actorId }) => actorId === id);
  for (const message of own) {
    expect(message).toMatchObject({ content: '', clientMessageId: null, erasedAtMs: expect.any(Number) as number });
  }
}
