import * as z from 'zod';

/** Collects named wire models and hands out references to them. Both documents are written with it. */
export class Components {
  // A registry of our own: the one that zod shares would carry ids from one document into the next.
  readonly #registry = z.registry<{ id: string }>();
  readonly #names = new Map<z.ZodType, string>();

  ref(model: z.ZodType, name: string): { readonly $ref: string } {
    const known = this.#names.get(model);
    if (known === undefined) {
      this.#names.set(model, name);
      this.#registry.add(model, { id: name });
    }
    return { $ref: `#/components/schemas/${known ?? name}` };
  }

  schemas(): Record<string, object> {
    const { schemas } = z.toJSONSchema(this.#registry, {
      io: 'input',
      unrepresentable: 'any',
      uri: (id) => `#/components/schemas/${id}`,
    });
    // A $id inside the document would give every reference in it another base.
    return Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _schema, $id: _id, ...schema }]) => [name, schema]),
    );
  }
}

/** One schema on its own, for a parameter. */
export function inlineSchema(schema: z.ZodType): object {
  const { $schema: _schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

/** `join_room` becomes `JoinRoom`. */
export const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase());
