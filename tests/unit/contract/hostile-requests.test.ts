import { describe, expect, it } from 'vitest';
import { toWireFailure } from '../../../src/adapters/wire/error-map.ts';
import { REQUESTS, type RequestSample } from './request-samples.ts';

/** As many characters as a frame may have. What is quadratic in them takes seconds, what is linear a millisecond. */
const SIZE = 100_000;
const DEADLINE_MS = 150;
const ANSWER_CHARS_MAX = 4_000;

const filled = (part: string) => part.repeat(SIZE / part.length);
const HOSTILE: readonly string[] = [
  ...['a', '0', '-', '.', 'a.', 'a-', '@', '"', ' ', '\t', '\u0000', '\\', 'é', '👩', '\ud800'].map(filled),
  `${filled('a')}@`,
  `a@${filled('a')}`,
  `a@${filled('a.')}`,
  `a@${filled('a-')}!`,
  `a@${filled('a.')}1`,
  `${filled('0')}!`,
  `${filled('9')}\n`,
  `018bcfe5-687b-7000-8000-${filled('0')}`,
];

/** How long it takes to refuse a request and to say so. The best of three: a pause of the machine is not ours. */
function refusal({ schema }: RequestSample, request: unknown): { ms: number; answer: string } {
  let ms = Infinity;
  let answer = '';
  for (let attempt = 0; attempt < 3 && ms > DEADLINE_MS; attempt += 1) {
    const startedMs = performance.now();
    const { error } = schema.safeParse(request);
    answer = error ? JSON.stringify(toWireFailure(error)) : 'accepted';
    ms = Math.min(ms, performance.now() - startedMs);
  }
  return { ms, answer };
}

/** The requests in which one text, at any depth, is another one. */
function* withText(node: unknown, text: string): Generator<unknown> {
  if (typeof node === 'string') yield text;
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    for (const changed of withText(value, text)) {
      yield Array.isArray(node)
        ? (node as readonly unknown[]).map((item, at) => (String(at) === key ? changed : item))
        : { ...node, [key]: changed };
    }
  }
}

describe.each(REQUESTS)('$name', (request) => {
  it('refuses a huge text in any field at once, with a short answer', () => {
    for (const text of HOSTILE) {
      for (const hostile of withText(request.sample, text)) {
        const { ms, answer } = refusal(request, hostile);
        expect(answer).toContain('VALIDATION_FAILED');
        expect(answer.length).toBeLessThan(ANSWER_CHARS_MAX);
        expect(ms).toBeLessThan(DEADLINE_MS);
      }
    }
  });

  it('refuses very many fields, items and levels at once, with a short answer', () => {
    const many = Array.from({ length: 10_000 }, (_item, n) => n);
    const deep = JSON.parse('[{"x":'.repeat(5_000) + '1' + '}]'.repeat(5_000)) as unknown;
    const shapes = [
      { ...request.sample, ...Object.fromEntries(many.map((n) => [`unknown${n}`, n])) },
      ...Object.keys(request.sample).flatMap((field) =>
        [many, many.map(() => ({})), many.slice(0, 1_000).map(() => ({})), deep].map((junk) => ({
          ...request.sample,
          [field]: junk,
        })),
      ),
      deep,
    ];
    for (const shape of shapes) {
      const { ms, answer } = refusal(request, shape);
      expect(answer).toContain('VALIDATION_FAILED');
      expect(answer.length).toBeLessThan(ANSWER_CHARS_MAX);
      expect(ms).toBeLessThan(DEADLINE_MS);
    }
  });
});
