import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { connect } from '../../../src/adapters/outbound/sequelize/connection.ts';
import { migrateUp } from '../../../src/adapters/outbound/sequelize/migrations/migrate.ts';
import { persistenceOn } from '../../../src/adapters/outbound/sequelize/persistence.ts';
import { AppError } from '../../../src/application/errors/app-error.ts';
import type { Stores } from '../../../src/application/ports/index.ts';
import { inParallel, upTo, within } from '../../contract/concurrency.ts';
import { aPlace, seqsOf, storedChange, storedMember, storedRoom } from '../../contract/seed.ts';
import { describeServers } from '../../support/databases/available.ts';
import { aChangeDraft, aMember, aMessageDraft, aRoom } from '../../support/builders.ts';
import { RecordingDatabase } from './recording-database.ts';
import { clock, describeDatabases, onServer, useDatabase } from './sql-harness.ts';

describeDatabases('units of work', (fresh) => {
  const database = useDatabase(fresh);

  it('let each other pass in spite of a pool that is smaller than they are many', async () => {
    const node = await database.node({ poolMax: 2 });
    const place = await aPlace(node);
    await inParallel(30, () => storedChange(node, place));
    expect(await seqsOf(node, place.roomId)).toEqual(upTo(30));
  });

  it('are refused in time when no connection comes free', async () => {
    const node = await database.node({ poolMax: 1 });
    const { roomId } = await aPlace(node);
    let finish = (): void => undefined;
    const holding = node.unitOfWork.run(async ({ rooms }) => {
      await rooms.lock(roomId);
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await delay(20);
    const refused = node.unitOfWork.run(({ rooms }) => rooms.lock(roomId));
    await within('the refusal', expect(refused).rejects.toMatchObject({ code: 'OVERLOADED' }), 8_000);
    finish();
    await holding;
  });

  it("and messages of one node keep out of each other's way in a room", async () => {
    await migrateUp({ url: database.url(), clock });
    const recording = new RecordingDatabase(await connect({ url: database.url() }));
    const node = database.keep(persistenceOn(recording));
    const place = await aPlace(node);
    for (let round = 0; round < 8; round += 1) {
      let written = (): void => undefined;
      const inTheMiddle = new Promise<void>((resolve) => (written = resolve));
      const unit = node.unitOfWork.run(async ({ rooms, journal }) => {
        await rooms.lock(place.roomId);
        await journal.append(aChangeDraft({ roomId: place.roomId, actorId: place.senderId }));
        written();
        await delay(20);
      });
      await inTheMiddle;
      expect((await node.log.append(aMessageDraft(place))).entry.seq).toBe(2 * round + 2);
      await unit;
    }
    // An append that met a unit would have failed, and then have taken the long way, by looking what is there.
    expect(recording.statements.filter(({ sql }) => sql.includes('client_message_id) IN'))).toEqual([]);
  });

  it('do not write in a snapshot', async () => {
    const node = await database.node();
    const write = node.unitOfWork.snapshot(({ rooms }) => rooms.insert(aRoom()));
    await expect(write).rejects.toThrow('A snapshot only reads.');
  });
});

describeServers("units of work that get in each other's way", (_server, adminUrl) => {
  const database = useDatabase(onServer(adminUrl));

  it('run again after a deadlock, as if nothing had been', async () => {
    const node = await database.node();
    const places = [await aPlace(node), await aPlace(node)] as const;
    let attempts = 0;
    const both = (order: readonly (typeof places)[number][]) => async (stores: Stores) => {
      attempts += 1;
      for (const { roomId, senderId } of order) {
        await stores.rooms.lock(roomId);
        await stores.journal.append(aChangeDraft({ roomId, actorId: senderId }));
        await delay(50);
      }
    };
    await Promise.all([node.unitOfWork.run(both(places)), node.unitOfWork.run(both(places.toReversed()))]);
    expect(attempts).toBeGreaterThan(2);
    for (const { roomId } of places) expect(await seqsOf(node, roomId)).toEqual([1, 2]);
  });

  it('run again as a whole when a lock was not granted, even if the work went on without it', async () => {
    const node = await database.node();
    const { roomId, userId } = await storedMember(node);
    const other = await storedRoom(node);
    let finish = (): void => undefined;
    let held = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (held = resolve));
    const holding = node.unitOfWork.run(async ({ members }) => {
      await members.remove(roomId, userId);
      held();
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await isHeld;
    let attempts = 0;
    const careless = node.unitOfWork.run(async ({ members }) => {
      attempts += 1;
      await members.insert(aMember({ roomId: other.id, userId }));
      if (attempts === 2) finish();
      // MySQL undoes this statement only, and would commit the one before it.
      return members.remove(roomId, userId).catch(() => 'went on');
    });
    expect(await within('the unit', careless, 15_000)).toBe(false);
    expect(attempts).toBe(2);
    await holding;
    expect(await node.members.countOfRoom(other.id)).toBe(1);
  });

  it('leave no trace of a deadlock in what callers see', async () => {
    const node = await database.node();
    const places = await Promise.all(upTo(4).map(() => aPlace(node)));
    const outcomes = await inParallel(24, (n) =>
      node.unitOfWork
        .run(async ({ rooms, journal }) => {
          for (const step of [0, 1 + (n % 3)]) {
            const { roomId, senderId } = places[(n + step) % 4] as (typeof places)[number];
            await rooms.lock(roomId);
            await journal.append(aChangeDraft({ roomId, actorId: senderId }));
          }
        })
        .catch((error: unknown) => error),
    );
    for (const outcome of outcomes.filter((thrown) => thrown !== undefined)) {
      expect(outcome).toBeInstanceOf(AppError);
      expect(outcome).toMatchObject({ code: 'OVERLOADED' });
    }
    const written = await Promise.all(places.map(({ roomId }) => seqsOf(node, roomId)));
    for (const seqs of written) expect(seqs).toEqual(upTo(seqs.length));
    expect(written.flat()).toHaveLength(2 * outcomes.filter((thrown) => thrown === undefined).length);
  });
});
