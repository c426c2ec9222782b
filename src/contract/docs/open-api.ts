import * as z from 'zod';
import { contract, type HttpOperation } from '../contract.ts';
import { Problem } from '../schemas/common.ts';
import { Components, inlineSchema, pascal } from './components.ts';
import { nameModels } from './named-models.ts';

/** Possible on every operation, and not repeated in the contract. */
const ALWAYS = ['VALIDATION_FAILED', 'PAYLOAD_TOO_LARGE', 'OVERLOADED', 'INTERNAL'] as const;
const WITH_TOKEN = ['UNAUTHENTICATED', 'TOKEN_EXPIRED'] as const;

/** The HTTP half of the contract as an OpenAPI 3.1 document. */
export function openApi(version: string): object {
  const components = new Components();
  nameModels(components);
  const problem = components.ref(Problem, 'Problem');
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, operation] of Object.entries<HttpOperation>(contract.http)) {
    const methods = (paths[operation.path] ??= {});
    methods[operation.method] = describe(name, operation, components, problem);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version,
      description: 'Ids are lower-case UUIDs, times ISO-8601 UTC. Unknown fields in a request are refused.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: components.schemas(),
    },
  };
}

function describe(name: string, operation: HttpOperation, components: Components, problem: object): object {
  const { summary, auth, params, query, body, ok, also, errors } = operation;
  const title = pascal(name.replaceAll(/([A-Z])/g, '_$1').toLowerCase());
  const success = jsonBody(ok.status === 204 ? null : components.ref(ok.body, `${title}Reply`));
  const codes = [...errors, ...(auth === 'bearer' ? WITH_TOKEN : []), ...ALWAYS];
  return {
    operationId: name,
    summary,
    security: auth === 'bearer' ? [{ bearer: [] }] : [],
    parameters: [...parametersOf('path', params), ...parametersOf('query', query)],
    ...(body && { requestBody: { required: true, ...jsonBody(components.ref(body, `${title}Body`)) } }),
    responses: {
      [ok.status]: { description: 'Done.', ...success },
      ...(also && { [also.status]: { description: `When ${also.when}.`, ...success } }),
      default: {
        description: `One of ${codes.join(', ')}.`,
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  };
}

const jsonBody = (schema: object | null) => (schema ? { content: { 'application/json': { schema } } } : {});

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): object[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !field.safeParse(undefined).success,
    schema: inlineSchema(field),
  }));
}
