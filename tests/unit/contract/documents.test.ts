import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contract, type HttpOperation } from '../../../src/contract/contract.ts';
import { asyncApi } from '../../../src/contract/docs/async-api.ts';
import { CONTENT_BYTES_MAX, CONTENT_CHARS_MAX } from '../../../src/domain/message/message.ts';
import { REASON_CHARS_MAX } from '../../../src/domain/room/sanction.ts';
import { ROOM_NAME_CHARS_MAX } from '../../../src/domain/room/room.ts';
import {
  PASSWORD_BYTES_MAX,
  PASSWORD_CHARS_MIN,
  USERNAME_CHARS_MAX,
  USERNAME_CHARS_MIN,
} from '../../../src/domain/user/user.ts';
import { LIMITS } from '../../../src/contract/limits.ts';
import { readConfig } from '../../../src/main/config/config.ts';
import type { Examples } from '../../../src/contract/docs/examples.ts';
import { referencesIn } from '../../../src/contract/docs/components.ts';
import { openApi } from '../../../src/contract/docs/open-api.ts';

interface Described {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly required: boolean; readonly content: object };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: object }>>;
}
interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: object; readonly responses: object };
}
interface AsyncApiDocument {
  readonly channels: { readonly main: { readonly messages: Readonly<Record<string, { readonly name: string }>> } };
  readonly operations: Readonly<
    Record<
      string,
      { readonly action: string; readonly messages: object; readonly reply?: { readonly messages: object } }
    >
  >;
  readonly components: { readonly schemas: object };
}

const VERSION = '1.2.3';
const examples = JSON.parse(readFileSync('docs/generated/examples.json', 'utf8')) as Examples;
const rest = openApi(VERSION, examples) as OpenApiDocument;
const sockets = asyncApi(VERSION, examples) as AsyncApiDocument;
const operations = Object.entries<HttpOperation>(contract.http);

/** Follows a JSON pointer such as `#/components/schemas/Message`. */
function follow(document: object, reference: string): unknown {
  const [root, ...keys] = reference.split('/');
  if (root !== '#') return undefined;
  return keys.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
}

function* nodesOf(node: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof node !== 'object' || node === null) return;
  yield node as Record<string, unknown>;
  for (const child of Object.values(node)) yield* nodesOf(child);
}

describe.each([
  ['OpenAPI', rest],
  ['AsyncAPI', sockets],
])('the %s document', (_name, document) => {
  it('has no reference that leads nowhere', () => {
    const references = referencesIn(document);
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((reference) => follow(document, reference) === undefined)).toEqual([]);
  });

  it('has no $id, which would re-base its references, and no definitions aside', () => {
    expect(JSON.stringify(document)).not.toMatch(/"\$id"|"\$schema"|"\$defs"|"definitions"|__shared/);
  });

  it('describes no model that it does not use', () => {
    const used = new Set(referencesIn(document));
    const names = Object.keys(document.components.schemas);
    expect(names.filter((name) => !used.has(`#/components/schemas/${name}`))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['Message', 'RoomEvent', 'SyncReply', 'Room']));
  });

  it('says of every object in a request that unknown fields are refused', () => {
    const requests = Object.entries(document.components.schemas).filter(([name]) => /(Body|Payload)$/.test(name));
    const ofClients = requests.filter(([name]) => !name.endsWith('AckPayload'));
    expect(ofClients.length).toBeGreaterThan(4);
    for (const [, schema] of ofClients) {
      const objects = [...nodesOf(schema)].filter(({ type }) => type === 'object');
      expect(objects.filter(({ additionalProperties }) => additionalProperties !== false)).toEqual([]);
    }
  });

  it('says of every reply that fields may be added', () => {
    const { Message: message } = document.components.schemas as { readonly Message?: object };
    expect(message).toHaveProperty('properties.content');
    expect(message).not.toHaveProperty('additionalProperties');
  });
});

describe.each(operations)('the operation %s', (name, { method, path, params, query, body, ok, auth, also, errors }) => {
  const described = rest.paths[path]?.[method];

  it('is described under its name, with its parameters and its body', () => {
    expect(described?.operationId).toBe(name);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const named = (place: string) => described?.parameters.filter((parameter) => parameter.in === place) ?? [];
    expect(named('path').map((parameter) => parameter.name)).toEqual(inPath);
    expect(named('path').every(({ required }) => required)).toBe(true);
    expect(params !== undefined).toBe(inPath.length > 0);
    expect(named('query').length > 0).toBe(query !== undefined);
    expect(described?.requestBody !== undefined).toBe(body !== undefined);
    expect(described?.security).toEqual(auth === 'bearer' ? [{ bearer: [] }] : []);
  });

  it('has a reply, and a problem for each of its codes', () => {
    const responses = described?.responses ?? {};
    expect(responses[ok.status]).toBeDefined();
    expect(responses[ok.status]?.content !== undefined).toBe(ok.status !== 204);
    if (also) expect(responses[also.status]).toEqual({ ...responses[ok.status], description: `When ${also.when}.` });
    const problems = Object.values(responses).flatMap(({ $ref }) => ($ref ? [follow(rest, $ref)] : []));
    for (const code of errors) expect(JSON.stringify(problems)).toContain(`"${code}"`);
    for (const problem of problems) {
      expect(problem).toMatchObject({
        content: { 'application/problem+json': { schema: expect.anything() as object } },
      });
    }
    expect(JSON.stringify(problems).includes('TOKEN_EXPIRED')).toBe(auth === 'bearer');
  });
});

it('has one path and method for each operation', () => {
  const described = Object.values(rest.paths).flatMap((methods) => Object.values(methods));
  expect(described.map(({ operationId }) => operationId).sort()).toEqual(operations.map(([name]) => name).sort());
});

it('describes every event of the contract, of both sides, and the ack of every event of a client', () => {
  const all = Object.values(sockets.operations);
  const received = all.filter(({ action }) => action === 'receive');
  expect(received).toHaveLength(Object.keys(contract.clientEvents).length);
  expect(all).toHaveLength(received.length + Object.keys(contract.serverEvents).length);
  const namesOf = (messages: object) =>
    referencesIn(messages).map((reference) => (follow(sockets, reference) as { name: string }).name);
  expect(received.flatMap(({ messages }) => namesOf(messages)).sort()).toEqual(
    Object.keys(contract.clientEvents).sort(),
  );
  for (const { messages, reply } of received) {
    expect(namesOf(reply?.messages ?? {})).toEqual(namesOf(messages).map((name) => `${name} ack`));
  }
  const sent = all.filter(({ action }) => action === 'send');
  expect(sent.flatMap(({ messages }) => namesOf(messages)).sort()).toEqual(Object.keys(contract.serverEvents).sort());
});

it('writes AsyncAPI in draft 7, where a reference has no keywords beside it', () => {
  const crowded = [...nodesOf(sockets.components.schemas)].filter(
    (node) => '$ref' in node && Object.keys(node).length > 1,
  );
  expect(crowded).toEqual([]);
});

it.each([
  ['openapi.json', openApi],
  ['asyncapi.json', asyncApi],
])('docs/generated/%s is what the contract says; else run npm run docs', (file, write) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(JSON.parse(readFileSync(`docs/generated/${file}`, 'utf8'))).toEqual(write(version, examples));
});

it('names limits as they are', () => {
  const config = readConfig({});
  const text = LIMITS.join('\n');
  const rate = ({ points, durationMs }: { points: number; durationMs: number }, unit: string) =>
    `${points}/${durationMs === 60_000 ? 1 : durationMs / 1_000}${unit}`;
  for (const figure of [
    `1 to ${CONTENT_CHARS_MAX.toLocaleString('en')} characters and at most ${CONTENT_BYTES_MAX.toLocaleString('en')} bytes`,
    `${USERNAME_CHARS_MIN} to ${USERNAME_CHARS_MAX} characters; a room name: ${ROOM_NAME_CHARS_MAX}`,
    `${PASSWORD_CHARS_MIN} characters to ${PASSWORD_BYTES_MAX} bytes; a reason: ${REASON_CHARS_MAX}`,
    `${config.messageRate && rate(config.messageRate, 's')}\``,
    `${config.authRate && rate(config.authRate, 'm')}\``,
    `${config.socketRate?.framesPerSecond}/1s`,
    `${config.connectionLimit?.perUser}/${config.connectionLimit?.perAddress}`,
  ]) {
    expect(text).toContain(figure);
  }
});
