import * as z from 'zod';
import { contract, type ClientEvent, type ServerEvent } from '../contract.ts';
import { WireError } from '../schemas/common.ts';
import { Components, pascal } from './components.ts';
import { nameModels } from './named-models.ts';

const ackOf = (data: z.ZodType) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), data }),
    z.object({ ok: z.literal(false), error: WireError }),
  ]);

/** The Socket.IO half of the contract as an AsyncAPI 3.0 document, seen from the server. */
export function asyncApi(version: string): object {
  const components = new Components();
  nameModels(components);
  const channel = { $ref: '#/channels/main' };
  const messages: Record<string, object> = {};
  const operations: Record<string, object> = {};
  const declare = (id: string, name: string, model: z.ZodType) => {
    messages[id] = { name, payload: components.ref(model, `${id}Payload`) };
    return { channel, messages: [{ $ref: `#/channels/main/messages/${id}` }] };
  };
  for (const [name, { summary, payload, reply, errors }] of Object.entries<ClientEvent>(contract.clientEvents)) {
    const id = `Client${pascal(name)}`;
    const answer = declare(`${id}Ack`, `${name} ack`, ackOf(reply));
    const description = `Refused with one of ${['VALIDATION_FAILED', ...errors, 'OVERLOADED', 'INTERNAL'].join(', ')}.`;
    operations[id] = { action: 'receive', summary, description, ...declare(id, name, payload), reply: answer };
  }
  for (const [name, { summary, payload }] of Object.entries<ServerEvent>(contract.serverEvents)) {
    const id = `Server${pascal(name)}`;
    operations[id] = { action: 'send', summary, ...declare(id, name, payload) };
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley',
      version,
      description:
        'Socket.IO 4, namespace `/`, `auth: { token }`. An ack function is optional on every event of a client.',
      license: { name: 'MIT' },
    },
    channels: { main: { address: '/', messages } },
    operations,
    components: { schemas: components.schemas() },
  };
}
