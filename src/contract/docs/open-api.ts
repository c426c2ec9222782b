import * as z from 'zod';
import { contract, type HttpOperation } from '../contract.ts';
import { ERROR_STATUS, Problem, type WireErrorCode } from '../schemas/common.ts';
import type { Examples, HttpExample } from './examples.ts';
import { ERRORS_TEXT, LIMITS_TEXT } from './texts.ts';
import { Components, inlineSchema, pascal } from './components.ts';

/** The HTTP half of the contract as an OpenAPI 3.1 document. */
export function openApi(version: string, examples: Examples): object {
  const components = new Components('draft-2020-12');
  const responses: Record<string, object> = {};
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, operation] of Object.entries<HttpOperation>(contract.http)) {
    (paths[operation.path] ??= {})[operation.method] = describe(name, operation, {
      components,
      shared: responses,
      example: examples.http[name],
    });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version,
      description:
        'Ids are lower-case UUIDs, times ISO-8601 UTC with milliseconds. Unknown fields in a request are refused; ' +
        'a client ignores unknown fields in a reply. An error is a problem (RFC 9457) whose `code` never changes ' +
        `its meaning.\n\n${ERRORS_TEXT}\n\n${LIMITS_TEXT}`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      headers: HEADERS,
      responses,
      schemas: components.schemas({ paths, responses }),
    },
  };
}

const HEADERS = {
  RetryAfter: {
    description: 'Whole seconds; `retryAfterMs` in the body is more exact.',
    schema: { type: 'integer', minimum: 1 },
  },
  RequestId: {
    description: 'Names the request in the log of the server; taken over from the request if it brought one.',
    schema: { type: 'string' },
  },
};

interface Surroundings {
  readonly components: Components;
  readonly shared: Record<string, object>;
  readonly example: HttpExample | undefined;
}

function describe(name: string, operation: HttpOperation, { components, shared, example }: Surroundings): object {
  const { path, summary, auth, params, query, body, ok, also } = operation;
  const title = pascal(name);
  const content = ok.status === 204 ? {} : jsonContent(components.ref(ok.body, `${title}Reply`), example?.reply);
  return {
    operationId: name,
    summary,
    tags: [/^\/api\/(\w+)/.exec(path)?.[1] ?? 'system'],
    security: auth === 'bearer' ? [{ bearer: [] }] : [],
    parameters: [...parametersOf('path', params, example?.params), ...parametersOf('query', query, example?.query)],
    ...(body && {
      requestBody: {
        required: !body.safeParse({}).success,
        ...jsonContent(components.ref(body, `${title}Body`), example?.body),
      },
    }),
    responses: {
      [ok.status]: { description: 'Done.', ...content },
      ...(also && { [also.status]: { description: `When ${also.when}.`, ...content } }),
      ...failuresOf(operation, components, shared),
    },
  };
}

/** Every code that the operation may answer with: its own, and those that go with what it takes. */
export function errorsOf({ path, auth, params, query, body, errors }: HttpOperation): readonly WireErrorCode[] {
  const codes = new Set<WireErrorCode>();
  if (params || query || body) codes.add('VALIDATION_FAILED');
  if (auth === 'bearer') codes.add('UNAUTHENTICATED').add('TOKEN_EXPIRED').add('RATE_LIMITED');
  for (const code of errors) codes.add(code);
  if (body) codes.add('PAYLOAD_TOO_LARGE');
  // Probes answer without doing anything that can be too much.
  if (path.startsWith('/api/')) codes.add('OVERLOADED').add('INTERNAL');
  return [...codes];
}

/** A response for each status, which names the codes that share it. Operations with the same codes share it, too. */
function failuresOf(
  operation: HttpOperation,
  components: Components,
  shared: Record<string, object>,
): Record<string, object> {
  const byStatus = new Map<number, WireErrorCode[]>();
  for (const code of [...errorsOf(operation)].sort()) {
    byStatus.set(ERROR_STATUS[code], [...(byStatus.get(ERROR_STATUS[code]) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const name = codes.map((code) => pascal(code.toLowerCase())).join('Or');
      shared[name] ??= failure(status, codes, components);
      return [String(status), { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function failure(status: number, codes: readonly WireErrorCode[], components: Components): object {
  const retry = status === 429 || status === 503 ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : {};
  const schema = { allOf: [components.ref(Problem, 'Problem'), { properties: { code: { enum: codes } } }] };
  return {
    description: `${codes.join(' or ')}.`,
    headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' }, ...retry },
    content: { 'application/problem+json': { schema } },
  };
}

const jsonContent = (schema: object, example?: unknown) => ({
  content: { 'application/json': { schema, ...(example === undefined ? {} : { example }) } },
});

function parametersOf(
  place: 'path' | 'query',
  schema: z.ZodType | undefined,
  examples: Readonly<Record<string, string>> = {},
): object[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !field.safeParse(undefined).success,
    schema: inlineSchema(field),
    ...(name in examples && { example: typed(examples[name], field) }),
  }));
}

/** As text everything is a string; the schema says what it means. */
const typed = (text: string | undefined, field: z.ZodType): unknown => field.safeParse(text).data ?? text;
