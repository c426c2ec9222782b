import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { tellStory } from '../../scripts/examples/story.ts';
import { contract, type HttpOperation } from '../../src/contract/contract.ts';
import type { Examples } from '../../src/contract/docs/examples.ts';
import { startServer } from '../support/harness/server.ts';

const read = (name: string) => JSON.parse(readFileSync(`docs/generated/${name}`, 'utf8'));
const openApi = read('openapi.json');
const asyncApi = read('asyncapi.json');
const written: Examples = read('examples.json');

/* eslint-disable @typescript-eslint/no-explicit-any -- the documents are looked at as whoever reads them finds them */

/** What it consists of, whatever the values are: texts that are codes, and everything that is no text, by value. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
  }
  if (typeof value === 'string') return /^[A-Za-z_]+$/.test(value) ? value : 'text';
  return value === null ? null : typeof value;
}

/** Schemas refer to each other inside of the document, so each is looked at within it. */
function checker(document: any) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, 'document');
  return (pointer: string, value: unknown): string => {
    const validate = ajv.getSchema(`document${pointer}`);
    if (!validate) return `no schema at ${pointer}`;
    return validate(value) ? '' : ajv.errorsText(validate.errors);
  };
}

describe('the documents', () => {
  it('are right for the parsers of those who define the formats', async () => {
    const rest = await new Validator().validate(structuredClone(openApi));
    expect(rest.errors ?? []).toEqual([]);
    const diagnostics = (await new Parser().parse(structuredClone(asyncApi))).diagnostics;
    const serious = diagnostics.filter(({ severity }) => Number(severity) <= 1);
    expect(serious.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([]);
  });

  it('have examples that a server answers in the same way today', { timeout: 60_000 }, async () => {
    const told = await tellStory(startServer);
    expect(shapeOf(told)).toEqual(shapeOf(written));
  });

  it('show every operation with an example that fits its own schemas', () => {
    const check = checker(openApi);
    const escaped = (path: string) =>
      path.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
    for (const [name, operation] of Object.entries<HttpOperation>(contract.http)) {
      const { path, method, ok } = operation;
      const shown = openApi.paths[path][method];
      const content = (holder: any) => holder?.content?.['application/json'];
      const at = `#/paths/${escaped(path)}/${method}`;
      for (const parameter of shown.parameters.filter(({ required }: { required: boolean }) => required)) {
        expect(parameter, `${name} ${parameter.name}`).toHaveProperty('example');
      }
      for (const [pointer, holder] of [
        ['/requestBody', shown.requestBody],
        [`/responses/${ok.status}`, shown.responses[ok.status]],
      ]) {
        if (!content(holder)) continue;
        expect(content(holder), name + pointer).toHaveProperty('example');
        const fault = check(`${at}${pointer}/content/application~1json/schema`, content(holder).example);
        expect(fault, name + pointer).toBe('');
      }
    }
  });

  it('show every event with an example that fits its own schema', () => {
    const check = checker({ ...asyncApi, $id: undefined });
    const messages = Object.entries<any>(asyncApi.channels.main.messages);
    const events = Object.keys(contract.clientEvents).length * 2 + Object.keys(contract.serverEvents).length;
    expect(messages).toHaveLength(events);
    for (const [id, { payload, examples }] of messages) {
      expect(examples, id).toHaveLength(1);
      expect(check(payload.$ref, examples[0].payload), id).toBe('');
    }
  });
});
