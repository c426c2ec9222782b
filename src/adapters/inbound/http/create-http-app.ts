import { randomUUID } from 'node:crypto';
import cors from 'cors';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';
import { AppError } from '../../../application/errors/app-error.ts';
import type * as ports from '../../../application/ports/index.ts';
import { toProblem, toWireFailure } from '../../wire/error-map.ts';
import { mountContract, operationOf, traceIdOf, type MountDeps } from './mount-contract.ts';

/** A message of 16 KiB fits in with all its line breaks and quotes escaped. */
const BODY_BYTES_MAX = 65_536;
const PROBES = new Set(['/health', '/ready', '/metrics']);
const REQUEST_ID = /^[\w.-]{1,64}$/;

export interface HttpAppDeps extends MountDeps {
  readonly logger: ports.Logger;
  readonly probe: Pick<ports.Probe, 'request' | 'refusal'>;
  /** 'any', or the origins that a browser may call from; an empty list leaves only the same origin. */
  readonly corsOrigins: 'any' | readonly string[];
  /** How many proxies stand before us, or false. */
  readonly trustProxy: number | false;
  /** A request has begun; the function that is returned says that it has ended. */
  readonly began: () => () => void;
  /** What is served besides the contract, in this order: documents, a page. Each passes on what it does not know. */
  readonly sites: readonly RequestHandler[];
}

export function createHttpApp(deps: HttpAppDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', deps.trustProxy);
  app.use(trackRequest(deps));
  app.use(helmet());
  app.use(cors({ origin: deps.corsOrigins === 'any' ? '*' : [...deps.corsOrigins], exposedHeaders: ['Retry-After'] }));
  app.use(noStore);
  app.use(express.json({ limit: BODY_BYTES_MAX }));
  mountContract(app, deps);
  for (const site of deps.sites) app.use(site);
  app.use(() => {
    throw new AppError('NOT_FOUND', { message: 'There is no such route.' });
  });
  return app.use(answerErrors(deps));
}

/** What one account reads must not be served to another from a cache. */
const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

function trackRequest({ logger, probe, began }: HttpAppDeps): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomUUID();
    response.locals['requestId'] = requestId;
    response.set('X-Request-Id', requestId);
    const startedMs = performance.now();
    const ended = began();
    response.once('close', () => {
      ended();
      const { method, path } = request;
      const tookMs = performance.now() - startedMs;
      probe.request(operationOf(response), response.statusCode, tookMs);
      const durationMs = Math.round(tookMs);
      // Probes ask every few seconds, and nobody wants to read that they did.
      const level = PROBES.has(path) ? 'debug' : 'info';
      const traceId = traceIdOf(response);
      const traced = traceId === undefined ? {} : { trace_id: traceId };
      logger[level]({ requestId, method, path, status: response.statusCode, durationMs, ...traced }, 'request');
    });
    next();
  };
}

function answerErrors({ logger, probe }: HttpAppDeps): ErrorRequestHandler {
  // Express recognises an error handler by its four parameters.
  return (thrown: unknown, _request, response, next) => {
    const requestId = String(response.locals['requestId']);
    const failure = toWireFailure(fromExpress(thrown));
    if (failure.isBug) logger.error({ requestId, error: thrown }, 'a request failed unexpectedly');
    if (response.headersSent) {
      next(thrown);
      return;
    }
    probe.refusal(failure.error.code);
    const { retryAfterMs } = failure.error;
    if (retryAfterMs !== undefined) response.set('Retry-After', String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
    if (failure.status === 401) response.set('WWW-Authenticate', 'Bearer');
    response
      .status(failure.status)
      .type('application/problem+json')
      .send(JSON.stringify(toProblem(failure, requestId)));
  };
}

/** Malformed JSON, an oversized body or a bad escape is the client's fault, not a 500. */
function fromExpress(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return thrown;
  const { status } = thrown as { status?: unknown };
  if (typeof status !== 'number' || status < 400 || status >= 500) return thrown;
  if (status === 413) return new AppError('PAYLOAD_TOO_LARGE', { cause: thrown });
  return new AppError('VALIDATION_FAILED', { message: 'The request could not be read.', cause: thrown });
}
