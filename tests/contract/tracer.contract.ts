import { describe, expect, it } from 'vitest';
import type { Tracer } from '../../src/application/ports/index.ts';

const failing = async (): Promise<never> => {
  throw new Error('as it should');
};

export function tracerContract(name: string, create: () => Tracer): void {
  describe(`Tracer: ${name}`, () => {
    it('runs the work, once, and gives what it gives', async () => {
      const tracer = create();
      let runs = 0;
      const work = async () => (runs += 1);
      expect(await tracer.step('outside', {}, work)).toBe(1);
      expect(await tracer.root('first', { n: 1 }, [], () => tracer.step('within', {}, work))).toBe(2);
      const end = tracer.begin('outside');
      expect(end({})).toBeUndefined();
    });

    it('lets through what the work throws', async () => {
      const tracer = create();
      await expect(tracer.step('outside', {}, failing)).rejects.toThrow('as it should');
      await expect(tracer.root('first', {}, [], failing)).rejects.toThrow('as it should');
      await expect(tracer.root('first', {}, [], () => tracer.step('within', {}, failing))).rejects.toThrow(
        'as it should',
      );
    });

    it('is in no step outside of one, and in another one in each that runs beside', async () => {
      const tracer = create();
      expect(tracer.current()).toBeNull();
      const stepOf = (title: string) =>
        tracer.root(title, {}, [], async () => {
          const before = tracer.current();
          await new Promise((resolve) => setTimeout(resolve, 5));
          expect(tracer.current()).toEqual(before);
          return before;
        });
      const [a, b] = await Promise.all([stepOf('a'), stepOf('b')]);
      expect(tracer.current()).toBeNull();
      if (a !== null) expect(a.traceId).not.toBe(b?.traceId);
      const within = tracer.root('outer', {}, [], () =>
        tracer.root('a trace of its own', {}, [a ?? []].flat(), stepFrom),
      );
      async function stepFrom() {
        return tracer.current();
      }
      expect((await within) === null).toBe(a === null);
    });
  });
}
