import fc from 'fast-check';

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + '1' + close.repeat(depth);

/**
 * JSON texts that no client of ours would send. As texts, because half of them cannot be written as values: a
 * `JSON.stringify` drops `__proto__`, overflows on deep nesting and knows no number like 1e999.
 */
export const JUNK: readonly string[] = [
  ...['null', 'true', 'false', '0', '-1', '-0', '0.5', '1e999', '-1e999', '9007199254740993', '1e16', '1e-400'],
  ...[
    '""',
    '" "',
    '"x"',
    '"0"',
    '"null"',
    '"[object Object]"',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
  ],
  ...[
    '"\\u202e"',
    '"%00%ff"',
    '"\'; DROP TABLE users; --"',
    '"../../etc/passwd"',
    '"$where"',
    `"${'x'.repeat(40_000)}"`,
  ],
  ...['[]', '[null]', '[[]]', '[{}]', '{}', '{"length":1}', '{"toString":1}', '{"then":"x"}', '{"":null}'],
  ...['{"length":{"toString":null}}', '{"length":{"valueOf":1}}', '{"length":1e9}', '{"length":"x"}', '{"size":{}}'],
  '{"__proto__":{"isAdmin":true}}',
  '{"__proto__":null}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
  '{"hasOwnProperty":1,"valueOf":null,"toJSON":"x"}',
  '{"_placeholder":true,"num":0}',
  '{"type":"Buffer","data":[1,2,3]}',
  nested('[', ']', 10_000),
  nested('{"a":', '}', 9_000),
  `[${Array.from({ length: 5_000 }, () => 'null').join()}]`,
  `{${Array.from({ length: 3_000 }, (_, index) => `"field${index}":1`).join()}}`,
];

/** The sample with one of its fields, at any depth, replaced by the text; also with an unknown one beside it. */
export function* withJunk(sample: object, junk: string): Generator<string> {
  const marker = 'junk-goes-here-7c1f';
  for (const place of places(sample)) {
    yield JSON.stringify(replaced(sample, place, marker)).replace(`"${marker}"`, () => junk);
  }
  const text = JSON.stringify(sample);
  const open = text === '{}' ? '{' : `${text.slice(0, -1)},`;
  for (const key of ['unknown', '__proto__', 'constructor', 'toString']) yield `${open}"${key}":${junk}}`;
}

type Place = readonly (string | number)[];

function* places(node: unknown, at: Place = []): Generator<Place> {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const place = [...at, Array.isArray(node) ? Number(key) : key];
    yield place;
    yield* places(value, place);
  }
}

function replaced(node: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(node))
    return node.map((item, index) => (index === key ? replaced(item, rest, value) : item) as unknown);
  const fields = node as Record<string, unknown>;
  return { ...fields, [key]: replaced(fields[key], rest, value) };
}

/** Any JSON text, also with the keys and characters that break programs. */
export const anyJson = (): fc.Arbitrary<string> =>
  fc.oneof(
    fc.json({ maxDepth: 6, stringUnit: 'binary' }),
    fc.constantFrom(...JUNK),
    fc
      .tuple(
        fc.constantFrom('__proto__', 'constructor', 'roomId', 'rooms', 'content', 'length', 'size', 'toString'),
        fc.json(),
      )
      .map(([key, json]) => `{"${key}":${json}}`),
  );
