import type { Express, Request, Response } from 'express';
import type * as z from 'zod';
import { AppError } from '../../../application/errors/app-error.ts';
import type * as ports from '../../../application/ports/index.ts';
import { contract, type Contract } from '../../../contract/contract.ts';
import { parseRequest } from '../../wire/parse-request.ts';

type Operations = Contract['http'];
type OperationName = keyof Operations;

type Parsed<O, K extends string> = O extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined;

/** Where a request comes from, for limits, the list of devices and the log. */
export interface RequestOrigin {
  readonly address: string;
  readonly userAgent: string;
}

export interface HttpInput<O> {
  readonly params: Parsed<O, 'params'>;
  readonly query: Parsed<O, 'query'>;
  readonly body: Parsed<O, 'body'>;
  readonly caller: O extends { auth: 'bearer' } ? ports.AccessClaims : undefined;
  readonly origin: RequestOrigin;
}

/** `status` only where it differs from the one that the contract names first. */
export interface HttpReply<T> {
  readonly status?: number;
  readonly body: T;
}

type ReplyBody<O> = O extends { ok: { body: infer S extends z.ZodType } } ? z.input<S> : undefined;

/** A mapped type, not a Record: an operation of the contract without a handler does not compile. */
export type HttpHandlers = {
  [K in keyof Operations]: (input: HttpInput<Operations[K]>) => Promise<HttpReply<ReplyBody<Operations[K]>>>;
};

interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
  readonly auth: 'none' | 'bearer';
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly ok: { readonly status: number };
}

type AnyHandler = (input: unknown) => Promise<HttpReply<unknown>>;

export interface MountDeps {
  readonly handlers: HttpHandlers;
  readonly authenticate: (token: string) => Promise<ports.AccessClaims>;
  readonly tracer: Pick<ports.Tracer, 'root' | 'current'>;
}

const OPERATION = 'operation';
const TRACE_ID = 'traceId';

/** Which operation of the contract it is that is answered; null for another path. */
export const operationOf = ({ locals }: Response): string | null => (locals[OPERATION] as string | undefined) ?? null;

/** In which trace the request was answered, where there are traces. */
export const traceIdOf = ({ locals }: Response): string | undefined => locals[TRACE_ID] as string | undefined;

/** Every operation of the contract becomes a route: authenticate, validate, handle, answer. */
export function mountContract(app: Express, { handlers, authenticate, tracer }: MountDeps): void {
  for (const name of Object.keys(contract.http) as OperationName[]) {
    const operation: Operation = contract.http[name];
    const handler = handlers[name] as AnyHandler;
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const answer = async (request: Request, response: Response) => {
      response.locals[TRACE_ID] = tracer.current()?.traceId;
      // Who is not known learns nothing about the shape of what was asked.
      const caller = operation.auth === 'bearer' ? await authenticate(bearerOf(request)) : undefined;
      const { status, body } = await handler({
        params: operation.params && parseRequest(operation.params, request.params),
        query: operation.query && parseRequest(operation.query, request.query),
        body: operation.body && parseRequest(operation.body, bodyOf(request)),
        caller,
        origin: { address: request.ip ?? 'unknown', userAgent: request.get('user-agent') ?? '' },
      });
      response.status(status ?? operation.ok.status);
      if ((status ?? operation.ok.status) === 204) response.end();
      else response.json(body);
    };
    const title = `${operation.method.toUpperCase()} ${operation.path}`;
    app[operation.method](path, async (request: Request, response: Response) => {
      response.locals[OPERATION] = name;
      await tracer.root(title, {}, [], () => answer(request, response));
    });
  }
}

/** No body is an empty one; one in another format than JSON is refused and not passed over in silence. */
function bodyOf(request: Request): unknown {
  // The parser leaves what is not declared as JSON unread.
  const body: unknown = request.body;
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (body === undefined && (encoding !== undefined || length !== '0')) {
    throw new AppError('VALIDATION_FAILED', { message: 'The body must be JSON, with content-type application/json.' });
  }
  return body ?? {};
}

function bearerOf(request: Request): string {
  const header = request.get('authorization') ?? '';
  return /^Bearer /i.test(header) ? header.slice('Bearer '.length).trim() : '';
}
