import type * as z from 'zod';
import { contract, type ClientEvent, type ServerEvent } from '../contract.ts';
import { ackOf, type WireErrorCode } from '../schemas/common.ts';
import type { Examples } from './examples.ts';
import { ERRORS_TEXT, LIMITS_TEXT } from './texts.ts';
import { Components, pascal } from './components.ts';

const CHANNEL = '#/channels/main';

/** The Socket.IO half of the contract as an AsyncAPI 3.0 document, seen from the server. */
export function asyncApi(version: string, examples: Examples): object {
  const components = new Components('draft-07');
  const messages: Record<string, object> = {};
  const operations: Record<string, object> = {};
  const declare = (id: string, name: string, model: z.ZodType, example: unknown) => {
    const payload = components.ref(model, `${id}Payload`);
    const shown = example === undefined ? {} : { examples: [{ payload: example }] };
    messages[id] = { name, contentType: 'application/json', payload, ...shown };
    return { channel: { $ref: CHANNEL }, messages: [{ $ref: `${CHANNEL}/messages/${id}` }] };
  };
  // A client and the server may call different events by one name, so the side is part of the id.
  for (const [name, event] of Object.entries<ClientEvent>(contract.clientEvents)) {
    const id = `Client${pascal(name)}`;
    operations[id] = {
      action: 'receive',
      summary: event.summary,
      description: `Refused with one of ${errorsOf(event).join(', ')}.`,
      ...declare(id, name, event.payload, examples.clientEvents[name]?.payload),
      reply: declare(`${id}Ack`, `${name} ack`, ackOf(event.reply), examples.clientEvents[name]?.ack),
    };
  }
  for (const [name, { summary, payload }] of Object.entries<ServerEvent>(contract.serverEvents)) {
    const id = `Server${pascal(name)}`;
    operations[id] = { action: 'send', summary, ...declare(id, name, payload, examples.serverEvents[name]) };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley',
      version,
      description:
        'Socket.IO 4, namespace `/`. The token is given as `auth: { token }` or as `Authorization: Bearer`. ' +
        'A connection that is refused hears `connect_error` with `data: { code, message, retryAfterMs? }`. When the ' +
        'server is OVERLOADED, only a client that says `auth: { token, retries: true }` hears so, and comes back ' +
        'after `retryAfterMs`; for any other the connection is lost, and it comes back by itself. ' +
        'An ack function is optional on every event of a client; an event that was sent without one and failed is ' +
        `answered with \`error\`.\n\n${ERRORS_TEXT}\n\n${LIMITS_TEXT}`,
      license: { name: 'MIT' },
    },
    servers: {
      local: {
        host: 'localhost:4000',
        pathname: '/socket.io/',
        protocol: 'ws',
        security: [{ $ref: '#/components/securitySchemes/bearer' }],
      },
    },
    channels: { main: { address: '/', messages } },
    operations,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: components.schemas(messages),
    },
  };
}

function errorsOf({ errors }: ClientEvent): readonly WireErrorCode[] {
  return [...new Set<WireErrorCode>(['VALIDATION_FAILED', ...errors, 'RATE_LIMITED', 'OVERLOADED', 'INTERNAL'])];
}
