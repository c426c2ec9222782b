import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';

export interface MetricsSource {
  readonly contentType: string;
  text(): Promise<string>;
}

/**
 * `GET /metrics` for Prometheus. With a token whoever asks has to bring it as a bearer; others learn only that there is
 * no such route.
 */
export function serveMetrics(source: MetricsSource, token: string | null): RequestHandler {
  const expected = token === null ? null : digestOf(`Bearer ${token}`);
  return (request, response, next) => {
    const isAsked = request.path === '/metrics' && request.method === 'GET';
    const isKnown = expected === null || timingSafeEqual(expected, digestOf(request.get('authorization') ?? ''));
    if (!isAsked || !isKnown) return next();
    source.text().then((text) => response.type(source.contentType).send(text), next);
  };
}

/** Of one length, so that a comparison tells nothing about it. */
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();
