import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const LIMITS = { fileLines: 250, lineColumns: 120 };
const BANNED: readonly { readonly pattern: RegExp; readonly instead: string; readonly allowedIn?: RegExp }[] = [
  { pattern: /\bconsole\.\w+\(/, instead: 'the Logger port', allowedIn: /^src\/main\// },
  { pattern: /\bprocess\.env\b/, instead: 'src/main/config', allowedIn: /^src\/main\// },
  {
    pattern: /\bnew Date\(\)|\bDate\.now\(\)|\bMath\.random\(\)/,
    instead: 'the Clock and IdGenerator ports',
    allowedIn: /^src\/adapters\/outbound\/system\//,
  },
  { pattern: /\bas any\b|: any\b/, instead: 'unknown and a schema' },
  { pattern: /@ts-ignore/, instead: '@ts-expect-error with a reason' },
  { pattern: /\b(TODO|FIXME|XXX)\b/, instead: 'an issue' },
  { pattern: /\.sync\(\{|sequelize\.sync\b/, instead: 'a migration' },
  {
    pattern: /\bafterCommit\b/,
    instead: 'what comes after the transaction (the hook runs when the commit failed, too)',
  },
];

const filesIn = (folder: string, extension: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(extension))
    .map((file) => join(folder, file).replaceAll('\\', '/'));

it.each(filesIn('src', '.ts'))('%s is tidy', (file) => {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const complaints = lines.flatMap((line, index) => [
    ...(line.length > LIMITS.lineColumns ? [`${index + 1}: longer than ${LIMITS.lineColumns} columns`] : []),
    ...BANNED.filter(({ pattern, allowedIn }) => pattern.test(line) && !allowedIn?.test(file))
      // A comment may name what it warns of.
      .filter(() => !/^\s*(\*|\/\/|\/\*)/.test(line))
      .map(({ instead }) => `${index + 1}: use ${instead}`),
  ]);
  if (lines.length > LIMITS.fileLines) complaints.push(`${lines.length} lines: split it`);
  if (!/^[a-z0-9.-]+$/.test(file.split('/').at(-1) ?? '')) complaints.push('the name is not kebab-case');
  expect(complaints).toEqual([]);
});

it.each([...filesIn('web/src', '.ts'), ...filesIn('web/src', '.tsx')])('%s is tidy', (file) => {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(LIMITS.fileLines);
  // The path of an icon cannot be broken.
  const isLong = (line: string) => line.length > LIMITS.lineColumns && !/^\s*(<path )?d="/.test(line);
  const banned = /\bconsole\.|innerHTML|: any\b|as any\b|@ts-ignore|\b(TODO|FIXME|XXX)\b/;
  expect(lines.filter((line) => isLong(line) || banned.test(line))).toEqual([]);
  expect(file).toMatch(/\/[a-z0-9.-]+$/);
});

it.each([...filesIn('tests', '.ts')])('%s has no silent hole', (file) => {
  const text = readFileSync(file, 'utf8');
  const holes = text.match(/\b(it|test|describe)\.(only|todo)\(|expect\(true\)/g) ?? [];
  expect(holes).toEqual([]);
});

it('the lockfile names no registry', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved":/);
});
