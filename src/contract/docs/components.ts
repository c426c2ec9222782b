import * as z from 'zod';
import * as accounts from '../schemas/accounts.ts';
import * as common from '../schemas/common.ts';
import * as live from '../schemas/live.ts';
import * as messages from '../schemas/messages.ts';
import * as rooms from '../schemas/rooms.ts';

const PREFIX = '#/components/schemas/';

export interface Reference {
  readonly $ref: string;
}

/** OpenAPI 3.1 speaks draft 2020-12; of AsyncAPI 3.0 tools no more than draft 7 may be expected. */
type Draft = 'draft-2020-12' | 'draft-07';

/** The named models of one document. Both documents are written with it. */
export class Components {
  // A registry of our own: the one that zod shares would carry ids from one document into the next.
  readonly #registry = z.registry<{ id: string }>();
  readonly #names = new Map<string, z.ZodType>();
  readonly #draft: Draft;

  constructor(draft: Draft) {
    this.#draft = draft;
    // A model keeps the name of its export wherever it appears, also inside of others.
    for (const file of [common, accounts, rooms, messages, live]) {
      for (const [name, model] of Object.entries(file)) {
        if (model instanceof z.ZodType && !(model instanceof z.ZodUndefined)) this.ref(model, name);
      }
    }
  }

  /** A model that has no name yet gets this one. */
  ref(model: z.ZodType, nameIfNew: string): Reference {
    const name = this.#registry.get(model)?.id ?? this.#add(model, nameIfNew);
    return { $ref: `${PREFIX}${name}` };
  }

  #add(model: z.ZodType, name: string): string {
    if (this.#names.has(name)) throw new Error(`two models are called ${name}`);
    this.#names.set(name, model);
    this.#registry.add(model, { id: name });
    return name;
  }

  /** Those that the document uses, directly or through others. */
  schemas(document: object): Record<string, object> {
    const all = z.toJSONSchema(this.#registry, {
      io: 'input',
      target: this.#draft,
      uri: (name) => `${PREFIX}${name}`,
    }).schemas;
    const used: Record<string, object> = {};
    const open = referencesIn(document);
    for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
      const name = reference.slice(PREFIX.length);
      const found = reference.startsWith(PREFIX) ? all[name] : undefined;
      if (!found || used[name]) continue;
      // A $id inside the document would give every reference in it another base.
      const { $schema: _schema, $id: _id, ...schema } = found;
      used[name] = schema;
      open.push(...referencesIn(schema));
    }
    return Object.fromEntries(Object.entries(used).sort(([one], [other]) => (one < other ? -1 : 1)));
  }
}

/** What every `$ref` in a document says. */
export function referencesIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : referencesIn(value),
  );
}

/** One value on its own, for a parameter: what it means, since as text everything is a string. */
export function inlineSchema(schema: z.ZodType): object {
  const { $schema: _schema, ...rest } = z.toJSONSchema(schema, { io: 'output' });
  return rest;
}

/** `join_room` becomes `JoinRoom`, and so does `joinRoom`. */
export const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());
