import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { asyncApi } from '../src/contract/docs/async-api.ts';
import type { Examples } from '../src/contract/docs/examples.ts';
import { openApi } from '../src/contract/docs/open-api.ts';

/**
 * Writes docs/generated: examples, recorded from a real server, and the documents that the contract and they make. With
 * --check: fails when the documents are not what would be written; that the examples still hold is a test of its own.
 */
const isCheck = process.argv.includes('--check');
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const examplesFile = 'docs/generated/examples.json';
const textOf = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

mkdirSync('docs/generated', { recursive: true });
if (!isCheck) {
  const { tellStory } = await import('./examples/story.ts');
  const { startServer } = await import('../tests/support/harness/server.ts');
  writeFileSync(examplesFile, textOf(await tellStory(startServer)));
}
const examples = JSON.parse(readFileSync(examplesFile, 'utf8')) as Examples;
const documents = { 'openapi.json': openApi(version, examples), 'asyncapi.json': asyncApi(version, examples) };
for (const [name, document] of Object.entries(documents)) {
  const file = `docs/generated/${name}`;
  if (!isCheck) writeFileSync(file, textOf(document));
  else if (readFileSync(file, 'utf8') !== textOf(document)) {
    console.error(`${file} is not what the contract says: run npm run docs.`);
    process.exitCode = 1;
  }
}
