import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { silentTracer } from '../../../src/adapters/outbound/memory/silent-tracer.ts';
import { GroupCommit, type GroupCommitOptions } from '../../../src/adapters/outbound/sequelize/group-commit.ts';
import { inParallel, upTo, within } from '../../contract/concurrency.ts';

interface Item {
  readonly key: string;
  readonly n: number;
}

const OPTIONS: GroupCommitOptions = {
  ...{ lanes: 2, patienceMs: 0, itemsMax: 10, charsMax: 100, waitingMax: 50, waitMaxMs: 5_000 },
};

const answerTo = ({ n }: Item) => (n < 0 ? new Error(`refused ${n}`) : n);

/** What was submitted has begun: a timer alone may ring before the turn of the event loop has ended. */
async function turn(): Promise<void> {
  await delay(1);
  await immediate();
}

/** Batches wait for `commit` before they are done, and are on record. */
function aGroup(options: Partial<GroupCommitOptions> = {}) {
  const batches: Item[][] = [];
  const commits: (() => void)[] = [];
  const group = new GroupCommit<Item, number>({
    tracer: silentTracer,
    ...OPTIONS,
    ...options,
    keyOf: ({ key }) => key,
    charsOf: () => 10,
    write: async (tickets) => {
      batches.push(tickets.map(({ item }) => item));
      await new Promise<void>((resolve) => commits.push(resolve));
      for (const ticket of tickets) ticket.settle(answerTo(ticket.item));
    },
  });
  const commit = async () => {
    commits.shift()?.();
    await turn();
  };
  const submit = (key: string, ...ns: number[]) => ns.map((n) => group.submit({ key, n }));
  return { group, batches, submit, commit };
}

describe('a group commit', () => {
  it('writes what is there together, and starts the next batch when the one before is done', async () => {
    const { batches, submit, commit } = aGroup({ lanes: 1 });
    const first = submit('a', 1, 2);
    await turn();
    const second = [...submit('b', 3), ...submit('a', 4), ...submit('b', 5)];
    await turn();
    expect(batches.map((batch) => batch.map(({ n }) => n))).toEqual([[1, 2]]);
    await commit();
    expect(await Promise.all(first)).toEqual([1, 2]);
    expect(batches[1]?.map(({ n }) => n)).toEqual([3, 5, 4]);
    await commit();
    expect(await Promise.all(second)).toEqual([3, 4, 5]);
  });

  it('has never two batches with one key under way, and keeps the order within a key', async () => {
    const { batches, submit, commit } = aGroup();
    const results = [...submit('a', 1), ...submit('b', 2)];
    await turn();
    results.push(...submit('a', 3), ...submit('c', 4), ...submit('a', 5));
    await turn();
    expect(batches.map((batch) => batch.map(({ n }) => n))).toEqual([[1, 2], [4]]);
    await commit();
    expect(batches[2]?.map(({ n }) => n)).toEqual([3, 5]);
    await commit();
    await commit();
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4, 5]);
  });

  it('begins another batch beside one that takes long, and only then', async () => {
    const { batches, submit, commit } = aGroup({ patienceMs: 50 });
    const results = submit('a', 1);
    await turn();
    results.push(...submit('b', 2), ...submit('a', 3));
    await delay(20);
    results.push(...submit('b', 4));
    await turn();
    expect(batches.map((batch) => batch.map(({ n }) => n))).toEqual([[1]]);
    await delay(60);
    expect(batches.map((batch) => batch.map(({ n }) => n))).toEqual([[1], [2, 4]]);
    // Both lanes are taken, however long they take.
    results.push(...submit('c', 5));
    await delay(60);
    expect(batches).toHaveLength(2);
    for (let n = 0; n < 3; n += 1) await commit();
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4, 5]);
  });

  it('bounds a batch by its items and by its size, and lets no key starve another', async () => {
    const { batches, submit, commit } = aGroup({ lanes: 1, itemsMax: 4, charsMax: 30 });
    const results = [...submit('a', ...upTo(7)), ...submit('b', 8)];
    await turn();
    for (let n = 0; n < 4; n += 1) await commit();
    expect(batches.map((batch) => batch.map(({ n }) => n))).toEqual([
      [1, 2, 3],
      [8, 4, 5],
      [6, 7],
    ]);
    expect(await Promise.all(results)).toEqual(upTo(8));
  });

  it('refuses at once what is too much, and takes it when there is room again', async () => {
    const { group, submit, commit } = aGroup({ waitingMax: 3, lanes: 1 });
    const results = submit('a', 1, 2, 3);
    await expect(group.submit({ key: 'a', n: 4 })).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterMs: 1_000 });
    await turn();
    const later = group.submit({ key: 'a', n: 5 });
    await commit();
    await commit();
    expect(await Promise.all([...results, later])).toEqual([1, 2, 3, 5]);
  });

  it('does not write what has waited too long', async () => {
    const { batches, submit, commit } = aGroup({ waitMaxMs: 30, lanes: 1 });
    const [first] = submit('a', 1);
    await turn();
    const [late] = submit('a', 2);
    const refusal = expect(late).rejects.toMatchObject({ code: 'OVERLOADED' });
    await delay(60);
    const [inTime] = submit('a', 3);
    await commit();
    await refusal;
    await commit();
    expect(await Promise.all([first, inTime])).toEqual([1, 3]);
    expect(batches.flat().map(({ n }) => n)).toEqual([1, 3]);
  });

  it('passes a key over while it is held, and another holder does not free it', async () => {
    const { group, batches, submit, commit } = aGroup();
    const release = group.hold('a');
    const releaseToo = group.hold('a');
    const results = [...submit('a', 1), ...submit('b', 2)];
    await turn();
    expect(batches.flat().map(({ n }) => n)).toEqual([2]);
    release();
    release();
    await turn();
    expect(batches).toHaveLength(1);
    releaseToo();
    await turn();
    await commit();
    await commit();
    expect(await Promise.all(results)).toEqual([1, 2]);
  });

  it('fails the item that failed, and all of a batch that did', async () => {
    const { submit, commit } = aGroup();
    const [good, bad] = submit('a', 1, -2);
    await turn();
    const refusal = expect(bad).rejects.toThrow('refused -2');
    await commit();
    expect(await good).toBe(1);
    await refusal;
    const group = new GroupCommit<Item, number>({
      tracer: silentTracer,
      ...OPTIONS,
      keyOf: ({ key }) => key,
      charsOf: () => 1,
      write: () => Promise.reject(new Error('broken')),
    });
    await inParallel(3, (n) => expect(group.submit({ key: 'a', n })).rejects.toThrow('broken'));
  });

  it('confirms what is done while the rest of its batch is not, and fails what is left open', async () => {
    let finish = (): void => undefined;
    const group = new GroupCommit<Item, number>({
      tracer: silentTracer,
      ...OPTIONS,
      keyOf: ({ key }) => key,
      charsOf: () => 1,
      write: async ([first]) => {
        first?.settle(first.item.n);
        await new Promise<void>((resolve) => (finish = resolve));
      },
    });
    const [first, second] = [group.submit({ key: 'a', n: 1 }), group.submit({ key: 'a', n: 2 })];
    const failure = expect(second).rejects.toThrow('left an item open');
    expect(await within('the first', first)).toBe(1);
    finish();
    await failure;
  });

  it('settles what waits before it closes, and takes nothing more', async () => {
    const { group, submit, commit } = aGroup({ lanes: 1 });
    const results = submit('a', ...upTo(12));
    let closed = false;
    const closing = group.close().then(() => (closed = true));
    await expect(group.submit({ key: 'a', n: 13 })).rejects.toMatchObject({ code: 'OVERLOADED' });
    await turn();
    await commit();
    expect(closed).toBe(false);
    await commit();
    await within('the close', closing);
    expect(await Promise.all(results)).toEqual(upTo(12));
    await group.close();
  });
});

it('tells how much was written, and nothing of what was not', async () => {
  const told: number[] = [];
  const group = new GroupCommit<Item, number>({
    tracer: silentTracer,
    ...OPTIONS,
    keyOf: ({ key }) => key,
    charsOf: () => 1,
    wrote: (items) => told.push(items),
    write: async (tickets) => {
      for (const ticket of tickets) ticket.settle(answerTo(ticket.item));
    },
  });
  await Promise.allSettled([1, -1, 2].map((n) => group.submit({ key: 'a', n })));
  await Promise.allSettled([group.submit({ key: 'a', n: -1 })]);
  expect(told).toEqual([2]);
});
