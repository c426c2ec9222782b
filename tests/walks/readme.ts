import { readFileSync } from 'node:fs';

const TEXT = readFileSync('README.md', 'utf8');

/** The code under a heading of the README, as it is written there, in its order. */
export function codeUnder(heading: string, language: 'sh' | 'js'): string[] {
  const section = TEXT.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`The README has no section ${heading}.`);
  return [...section.matchAll(/^```(\w+)\n(.*?)\n```$/gms)]
    .filter(([, named]) => named === language)
    .map(([, , code = '']) => code);
}
