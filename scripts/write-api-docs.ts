import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { asyncApi } from '../src/contract/docs/async-api.ts';
import { openApi } from '../src/contract/docs/open-api.ts';

/** Writes docs/generated from the contract. With --check: fails when what is there is not what would be written. */
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const documents = { 'openapi.json': openApi(version), 'asyncapi.json': asyncApi(version) };

mkdirSync('docs/generated', { recursive: true });
for (const [name, document] of Object.entries(documents)) {
  const file = `docs/generated/${name}`;
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${file} is not what the contract says: run npm run docs.`);
    process.exitCode = 1;
  }
}
