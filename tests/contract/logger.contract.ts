import { beforeEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../src/application/ports/index.ts';

export interface LoggerHarness {
  readonly logger: Logger;
  /** What was written so far, oldest first. */
  lines(): readonly {
    readonly level: string;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }[];
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export function loggerContract(adapter: string, open: () => LoggerHarness): void {
  describe(`Logger contract: ${adapter}`, () => {
    let h: LoggerHarness;
    beforeEach(() => {
      h = open();
    });

    it('writes each call as one line with its level, its message and its fields, in order', () => {
      for (const level of LEVELS) h.logger[level]({ level_given: level, nested: { count: 1 } }, `about ${level}`);
      expect(h.lines()).toHaveLength(4);
      for (const [index, level] of LEVELS.entries()) {
        expect(h.lines()[index]).toMatchObject({
          level,
          message: `about ${level}`,
          fields: { level_given: level, nested: { count: 1 } },
        });
      }
    });

    it('works without its object, so that it can be handed on', () => {
      const { warn } = { warn: h.logger.warn.bind(h.logger) };
      warn({}, 'detached');
      expect(h.lines()[0]?.message).toBe('detached');
    });

    it('takes a message literally', () => {
      h.logger.info({}, '100%% %s %d %o {} \\u0041');
      expect(h.lines()[0]?.message).toBe('100%% %s %d %o {} \\u0041');
    });

    it.each(hostileFields())('survives %s, and writes the line', (_what, fields) => {
      h.logger.error(fields, 'hostile');
      expect(h.lines().map((line) => line.message)).toEqual(['hostile']);
    });
  });
}

function hostileFields(): [what: string, fields: Record<string, unknown>][] {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;
  circular['others'] = Array.from({ length: 50 }, () => circular);
  const withGetter = {
    get value(): string {
      throw new Error('no');
    },
  };
  const proxy = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no keys');
      },
    },
  );
  const error = new Error('bad');
  Object.defineProperty(error, 'stack', {
    get() {
      throw new Error('no stack');
    },
  });
  let deep: Record<string, unknown> = {};
  for (let depth = 0; depth < 20_000; depth += 1) deep = { deep };
  return [
    ['a cycle', circular],
    ['a getter that throws', withGetter],
    ['a proxy that throws', { proxy }],
    ['an error whose stack throws', { err: error }],
    ['20,000 levels', deep],
    ['a million entries', { list: Array.from({ length: 1_000_000 }, () => 'x') }],
    ['values that JSON has no word for', { a: 1n, b: Symbol('s'), c: () => 1, d: undefined, e: NaN, f: new Date(NaN) }],
    ['a toJSON that throws', { value: { toJSON: () => JSON.parse('{') as unknown } }],
    ['an object without a prototype', Object.create(null) as Record<string, unknown>],
    ['a key named __proto__', JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>],
    ['what looks like a request', { method: 'GET', headers: {}, socket: {} }],
    ['what looks like a response', { setHeader: () => undefined }],
  ];
}
