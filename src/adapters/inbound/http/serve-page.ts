import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import express, { type RequestHandler, type Response } from 'express';

/** Everything of the page comes from here, and nothing that somebody writes can become a part of it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  // The WebSocket of the same origin is in it.
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const MISSING = `The page of Parley is not built: run "npm run build", then start the server again.
The API is served all the same. DEMO_PAGE=off leaves this note out.
`;

/**
 * Serves the page that was built into this directory, at `/`. What has a hash in its name is kept by browsers for ever,
 * the rest is asked for again. Without a build `/` says so with 503.
 */
export function servePage(directory: string): RequestHandler {
  if (!existsSync(join(directory, 'index.html'))) return answerMissing;
  const assets = join(directory, 'assets') + sep;
  return express.static(directory, {
    redirect: false,
    setHeaders: (response: Response, path) => {
      response.set('Content-Security-Policy', POLICY);
      response.set('Cache-Control', path.startsWith(assets) ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

const answerMissing: RequestHandler = ({ method, path }, response, next) => {
  if (path !== '/' || (method !== 'GET' && method !== 'HEAD')) return next();
  response.status(503).type('text/plain').send(MISSING);
};
