import type * as z from 'zod';
import { AppError } from '../../application/errors/app-error.ts';

/** What the contract makes of what a client sent. Throws VALIDATION_FAILED or a ZodError, and nothing else. */
export function parseRequest<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  let parsed: z.ZodSafeParseResult<z.output<S>>;
  try {
    parsed = schema.safeParse(input);
  } catch (error) {
    // Zod compares the length of what is no text, too, and `{"length":{"toString":null}}` cannot be compared.
    throw new AppError('VALIDATION_FAILED', { cause: error });
  }
  if (!parsed.success) throw parsed.error;
  return parsed.data;
}
