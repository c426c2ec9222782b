import { readFileSync } from 'node:fs';

/** Of this package, from `src/main` and from `dist/main` alike. */
export function packageVersion(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { readonly version: string }).version;
}
