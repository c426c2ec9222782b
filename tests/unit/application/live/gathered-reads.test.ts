import { describe, expect, it } from 'vitest';
import { GatheredReads } from '../../../../src/application/live/gathered-reads.ts';

/** Queries that end when they are told to. */
function aTable(options: { keysMax?: number; lanes?: number } = {}) {
  const queries: { readonly keys: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  const reads = new GatheredReads<number, string>({
    ...options,
    read: (keys) =>
      new Promise((resolve, reject) => {
        const values = new Map(keys.map((key) => [key, `value ${key}`]));
        queries.push({ keys, end: (error) => (error ? reject(error) : resolve(values)) });
      }),
  });
  const keysOf = () => queries.map(({ keys }) => keys);
  return { reads, queries, keysOf };
}

describe('reads that are gathered', () => {
  it('ask at once while a lane is free, and together for all that came meanwhile', async () => {
    const { reads, queries, keysOf } = aTable();
    const answers = [1, 2, 3, 4, 3].map((key) => reads.of(key));
    expect(keysOf()).toEqual([[1], [2]]);
    queries[0]?.end();
    expect(await answers[0]).toBe('value 1');
    expect(keysOf()).toEqual([[1], [2], [3, 4]]);
    queries[2]?.end();
    expect(await Promise.all(answers.slice(2))).toEqual(['value 3', 'value 4', 'value 3']);
  });

  it('never answer with what was read before the question', async () => {
    const { reads, queries, keysOf } = aTable({ lanes: 1 });
    const early = reads.of(1);
    const late = reads.of(1);
    queries[0]?.end();
    await early;
    expect(keysOf()).toEqual([[1], [1]]);
    queries[1]?.end();
    expect(await late).toBe('value 1');
  });

  it('ask for no more at a time than a query may hold', async () => {
    const { reads, queries, keysOf } = aTable({ lanes: 1, keysMax: 2 });
    const answers = [1, 2, 3, 4].map((key) => reads.of(key));
    for (let index = 0; index < 3; index += 1) {
      queries[index]?.end();
      await answers[index];
    }
    expect(keysOf()).toEqual([[1], [2, 3], [4]]);
    queries[2]?.end();
    expect(await answers[3]).toBe('value 4');
  });

  it('fail for those that were asked for together, and go on', async () => {
    const { reads, queries } = aTable({ lanes: 1 });
    const answers = [1, 2, 3].map((key) => reads.of(key));
    queries[0]?.end();
    await answers[0];
    queries[1]?.end(new Error('the database is down'));
    for (const answer of answers.slice(1)) await expect(answer).rejects.toThrow('the database is down');
    const next = reads.of(4);
    queries[2]?.end();
    expect(await next).toBe('value 4');
  });
});
