import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../../src/application/errors/app-error.ts';
import { asyncApi } from '../../../src/contract/docs/async-api.ts';
import { openApi } from '../../../src/contract/docs/open-api.ts';
import { contract } from '../../../src/contract/contract.ts';
import { ERROR_CODES as WIRE_CODES } from '../../../src/contract/schemas/common.ts';

/** Follows a JSON pointer such as `#/components/schemas/Message`. */
function follow(document: object, reference: string): unknown {
  return reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
}

describe.each([
  ['OpenAPI', openApi('1.2.3')],
  ['AsyncAPI', asyncApi('1.2.3')],
])('the %s document', (_name, document) => {
  it('has no reference that leads nowhere', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference);
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => follow(document, reference ?? '') === undefined)).toEqual([]);
  });

  it('has no $id, which would re-base its references', () => {
    expect(JSON.stringify(document)).not.toContain('"$id"');
  });
});

it('describes every operation and every event of the contract', () => {
  const { paths } = openApi('1') as { paths: Record<string, Record<string, object>> };
  expect(Object.values(paths).flatMap((methods) => Object.keys(methods))).toHaveLength(
    Object.keys(contract.http).length,
  );
  const { operations } = asyncApi('1') as { operations: object };
  const events = Object.keys(contract.clientEvents).length + Object.keys(contract.serverEvents).length;
  expect(Object.keys(operations)).toHaveLength(events);
});

it('knows exactly the codes that the application has', () => {
  expect([...WIRE_CODES].sort()).toEqual([...ERROR_CODES].sort());
});
