import { describe, expect, it } from 'vitest';
import { Admission } from '../../../../src/adapters/inbound/socket/admission.ts';
import { refusal } from '../../../support/harness/core.ts';

/** Work that ends when it is told to, in the order of its start. */
function aQueue({ atOnce = 2, waitingMax = 3, random = () => 0.5 } = {}) {
  const admission = new Admission({ atOnce, waitingMax, random });
  const started: number[] = [];
  const end = new Map<number, (error?: Error) => void>();
  const ask = (name: number) =>
    admission.run(() => {
      started.push(name);
      return new Promise<number>((resolve, reject) => {
        end.set(name, (error) => (error ? reject(error) : resolve(name)));
      });
    });
  return { ask, end: (name: number, error?: Error) => end.get(name)?.(error), started };
}

describe('the admission of handshakes', () => {
  it('starts as many as may be at work, and the others in the order in which they came', async () => {
    const { ask, end, started } = aQueue();
    const work = [1, 2, 3, 4, 5].map(ask);
    expect(started).toEqual([1, 2]);
    end(2);
    await work[1];
    expect(started).toEqual([1, 2, 3]);
    for (const name of [1, 3, 4, 5]) {
      end(name);
      await work[name - 1];
    }
    expect(started).toEqual([1, 2, 3, 4, 5]);
  });

  it('refuses at once what would wait in too long a queue, and says when to come back', async () => {
    const { ask, end, started } = aQueue();
    const work = [1, 2, 3, 4, 5].map(ask);
    await expect(ask(6)).rejects.toEqual(refusal('OVERLOADED'));
    await expect(ask(7)).rejects.toMatchObject({ retryAfterMs: 2_500 });
    end(1);
    await work[0];
    const late = ask(8);
    for (const name of [2, 3, 4, 5, 8]) {
      end(name);
      await (work[name - 1] ?? late);
    }
    expect(started).toEqual([1, 2, 3, 4, 5, 8]);
  });

  it('gives the place of work that fails to the next one', async () => {
    const { ask, end, started } = aQueue({ atOnce: 1 });
    const [first, second] = [ask(1), ask(2)];
    end(1, new Error('no'));
    await expect(first).rejects.toThrow('no');
    end(2);
    expect(await second).toBe(2);
    const third = ask(3);
    expect(started).toEqual([1, 2, 3]);
    end(3);
    await third;
  });
});
