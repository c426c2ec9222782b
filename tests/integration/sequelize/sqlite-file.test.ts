import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { QueryTypes, Transaction } from 'sequelize';
import { describe, expect, it } from 'vitest';
import type { Stores } from '../../../src/application/ports/index.ts';
import { connect } from '../../../src/adapters/outbound/sequelize/connection.ts';
import { delay, inParallel, upTo } from '../../contract/concurrency.ts';
import { aPlace, seqsOf, storedMember, storedRoom } from '../../contract/seed.ts';
import { aMessageDraft, aUserId } from '../../support/builders.ts';
import { openNode, sqliteFile, useDatabase } from './sql-harness.ts';

describe('a SQLite file', () => {
  const database = useDatabase(sqliteFile);
  const path = () => database.url().slice('sqlite:'.length);

  it('is set up for durability on every connection, that of each transaction included', async () => {
    const node = await database.node();
    await node.ping();
    const aside = await database.aside();
    const pragma = async (name: string, transaction: Transaction | null) => {
      const rows = await aside.query(`PRAGMA ${name}`, { transaction, type: QueryTypes.SELECT });
      return Object.values(rows[0] ?? {})[0] as unknown;
    };
    const settings = (transaction: Transaction | null) =>
      Promise.all(
        ['foreign_keys', 'synchronous', 'busy_timeout', 'journal_mode', 'auto_vacuum'].map((name) =>
          pragma(name, transaction),
        ),
      );
    expect(await settings(null)).toEqual([1, 2, 5_000, 'wal', 2]);
    expect(await aside.transaction((transaction) => settings(transaction))).toEqual([1, 2, 5_000, 'wal', 2]);
  });

  it('is made, with its folder, for the eyes of this account only', async () => {
    await database.node();
    expect((await stat(path())).mode & 0o777).toBe(0o600);
    expect((await stat(`${path()}-wal`)).mode & 0o777).toBe(0o600);
  });

  it('needs a path', async () => {
    for (const url of ['sqlite:', 'sqlite::memory:']) await expect(openNode(url)).rejects.toThrow('path of a file');
  });

  it('is free again after a commit that failed', async () => {
    const node = await database.node();
    const { sequelize } = database.keep(await opened());
    const failed = sequelize.transaction({ type: Transaction.TYPES.IMMEDIATE }, async (transaction) => {
      await sequelize.query('PRAGMA defer_foreign_keys = ON', { transaction });
      const orphan = `('nowhere', 'nobody', 'member', '', 0, 0)`;
      const columns = '(room_id, user_id, role, joined_at, delivered_seq, read_seq)';
      await sequelize.query(`INSERT INTO room_members ${columns} VALUES ${orphan}`, { transaction });
    });
    await expect(failed).rejects.toThrow();
    await storedRoom(node);
  });

  it('is read and written as ever while a unit of work takes its time', async () => {
    const node = await database.node();
    const room = await storedRoom(node);
    const { userId: senderId } = await storedMember(node, { roomId: room.id });
    const unit = node.unitOfWork.run(async ({ rooms }) => {
      await rooms.insert({ ...room, id: aUserId() as never, inviteCode: 'other' });
      await new Promise((resolve) => setTimeout(resolve, 300));
    });
    await inParallel(20, () => node.rooms.byId(room.id));
    await inParallel(20, () => node.log.append(aMessageDraft({ roomId: room.id, senderId })));
    await unit;
    expect(await node.rooms.byInviteCode('other')).not.toBeNull();
  });

  it('finishes a unit of work and a snapshot that are under way before it closes', async () => {
    const node = await openNode(database.url());
    const room = await storedRoom(node);
    const slowly = async ({ rooms }: Stores) => {
      await rooms.byId(room.id);
      await delay(100);
      return rooms.byId(room.id);
    };
    const work = [node.unitOfWork.run(slowly), node.unitOfWork.snapshot(slowly)];
    await delay(20);
    await node.close();
    expect(await Promise.all(work)).toEqual([room, room]);
    await expect(node.rooms.byId(room.id)).rejects.toMatchObject({ code: 'OVERLOADED' });
    await node.close();
  });

  it('looks up text with a NUL in it as any other', async () => {
    const node = await database.node();
    await storedRoom(node, { inviteCode: 'ab' });
    expect(await node.rooms.byInviteCode('a\0b')).toBeNull();
    expect(await node.rooms.publicPage({ query: `x\0' OR 1 --`, limit: 5 })).toEqual([]);
  });

  it('serves several processes that write at a time, and none of them meets a locked file', async () => {
    const node = await database.node();
    const { roomId, senderId } = await aPlace(node);
    const script = fileURLToPath(new URL('./busy-writer.ts', import.meta.url));
    const exits = await inParallel(3, async () => {
      const args = ['--import', 'tsx', script, database.url(), roomId, senderId];
      const writer = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
      return (await once(writer, 'exit')) as [number];
    });
    expect(exits.map(([code]) => code)).toEqual([0, 0, 0]);
    expect(await seqsOf(node, roomId)).toEqual(upTo(3 * 120));
  });

  const opened = async () => {
    const { sequelize } = await connect({ url: database.url() });
    return { sequelize, close: () => sequelize.close() };
  };
});
