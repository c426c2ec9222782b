import type * as z from 'zod';
import { AppError } from '../../../application/errors/app-error.ts';
import type * as ports from '../../../application/ports/index.ts';
import { contract } from '../../../contract/contract.ts';
import type { SessionId } from '../../../domain/session/session.ts';
import type { UserId } from '../../../domain/user/user.ts';
import { toWireFailure } from '../../wire/error-map.ts';
import { parseRequest } from '../../wire/parse-request.ts';
import type { Actions } from './actions.ts';
import type { HttpHandlers } from './mount-contract.ts';

type Part = 'params' | 'query' | 'body';
type AnyInput = Partial<Record<Part, unknown>>;
type AnyOperation = { readonly auth: string } & Partial<Record<Part, z.ZodType>>;
type AnyHandler = (input: AnyInput & { caller: ports.AccessClaims; origin: object }) => Promise<{ body: unknown }>;

/** The program around this one, wherever an operation wants to know who asked. */
const ORIGIN = { address: 'in-process', userAgent: 'in-process' };

/** As everything else that is refused: an AppError. */
function checked(schema: z.ZodType, input: unknown): unknown {
  try {
    return parseRequest(schema, input);
  } catch (error) {
    const { code, message, details } = toWireFailure(error).error;
    throw new AppError(code, { message, cause: error, ...(details ? { details } : {}) });
  }
}

/** The operations in the name of a user, for a program in the same process. They reject with AppError. */
export function actAs(handlers: HttpHandlers, userId: UserId): Actions {
  // It has no session that could be ended, or end.
  const caller: ports.AccessClaims = { userId, sessionId: '' as SessionId, expiresAtMs: Number.MAX_SAFE_INTEGER };
  const actions: Record<string, (input?: AnyInput) => Promise<unknown>> = {};
  for (const [name, operation] of Object.entries<AnyOperation>(contract.http)) {
    if (operation.auth !== 'bearer') continue;
    const handle = handlers[name as keyof HttpHandlers] as AnyHandler;
    actions[name] = async (input = {}) => {
      const request = { params: part('params'), query: part('query'), body: part('body') };
      return (await handle({ ...request, caller, origin: ORIGIN })).body;

      function part(name: Part): unknown {
        const schema = operation[name];
        return schema && checked(schema, input[name] ?? {});
      }
    };
  }
  return actions as unknown as Actions;
}
