import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Router } from 'express';
import { eventsPage, type EventsDocument } from './events-page.ts';

// From here they are the same way up, in the sources and in what is built of them.
const GENERATED = fileURLToPath(new URL('../../../../docs/generated/', import.meta.url));
const BUILT_VIEWER = fileURLToPath(new URL('../../../docs-viewer/', import.meta.url));
const VIEWER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];

/** Nothing comes from anywhere else. The viewer sets styles on elements and draws with images of its own. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const VIEWER_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Parley: routes</title>
<link rel="stylesheet" href="swagger-ui.css">
<link rel="stylesheet" href="viewer.css">
</head>
<body>
<p class="elsewhere"><a href="events">Events of the sockets</a> · <a href="../openapi.json">openapi.json</a></p>
<div id="viewer"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="viewer.js"></script>
</body>
</html>
`;

const VIEWER_SCRIPT = `SwaggerUIBundle({
  url: '../openapi.json', dom_id: '#viewer', deepLinking: true, validatorUrl: null, tryItOutEnabled: true,
  defaultModelsExpandDepth: 0, persistAuthorization: false,
});
`;

const VIEWER_STYLE = `body { margin: 0; font-family: system-ui, sans-serif; background: #fff; }
.elsewhere { margin: 0; padding: 0.75rem 1.25rem; background: #1d2733; color: #fff; }
.elsewhere a { color: #9fd0ff; }
`;

const EVENTS_STYLE = `:root { color-scheme: light dark; --line: #8885; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; }
article { border-top: 1px solid var(--line); padding: 0.5rem 0 1rem; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid var(--line); border-radius: 6px; font-size: 0.85rem; }
h3 { margin-bottom: 0; } h4 { margin: 0.75rem 0 0.25rem; }
li, p { overflow-wrap: anywhere; }
`;

/** The documents of the API, and pages to read them, at `/openapi.json`, `/asyncapi.json` and `/docs`. */
export function serveDocuments(): Router {
  const router = express.Router({ strict: true });
  const viewer = viewerDirectory();
  const asyncApi = readFileSync(join(GENERATED, 'asyncapi.json'), 'utf8');
  router.get('/openapi.json', text('json', readFileSync(join(GENERATED, 'openapi.json'), 'utf8')));
  router.get('/asyncapi.json', text('json', asyncApi));
  router.get('/docs', (request, response) => response.redirect(308, `${request.baseUrl}/docs/`));
  router.get('/docs/', page(VIEWER_PAGE));
  router.get('/docs/events', page(eventsPage(JSON.parse(asyncApi) as EventsDocument)));
  router.get('/docs/viewer.js', text('js', VIEWER_SCRIPT));
  router.get('/docs/viewer.css', text('css', VIEWER_STYLE));
  router.get('/docs/events.css', text('css', EVENTS_STYLE));
  for (const name of VIEWER_FILES) {
    router.get(`/docs/${name}`, (_request, response) => response.set(CACHED).sendFile(join(viewer, name)));
  }
  return router;
}

const CACHED = { 'Cache-Control': 'public, max-age=300' };

const text =
  (type: string, body: string): RequestHandler =>
  (_request, response) =>
    void response.set(CACHED).type(type).send(body);

const page =
  (body: string): RequestHandler =>
  (_request, response) =>
    void response
      .set({ ...CACHED, 'Content-Security-Policy': POLICY })
      .type('html')
      .send(body);

/** Copied beside what is built, so that who installs the package installs no viewer; from its own package otherwise. */
function viewerDirectory(): string {
  if (existsSync(BUILT_VIEWER)) return BUILT_VIEWER;
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
