import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import helmet from 'helmet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { servePage } from '../../../../src/adapters/inbound/http/serve-page.ts';

let directory = '';
let server: Server;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parley-page-'));
});
afterEach(async () => {
  server.close();
  await rm(directory, { recursive: true });
});

/** As it is mounted: after the routes, before the answer to what nobody knows. */
async function serve(): Promise<string> {
  const app = express().use(helmet());
  app.use((_request, response, next) => {
    response.set('Cache-Control', 'no-store');
    next();
  });
  app.get('/health', (_request, response) => void response.send('the route'));
  app.use(servePage(directory));
  app.use((_request, response) => void response.status(404).send('nobody'));
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a page that is built', () => {
  beforeEach(async () => {
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<title>a page</title>');
    await writeFile(join(directory, 'health'), 'a file in the way');
    await writeFile(join(directory, '.secret'), 'hidden');
    await writeFile(join(directory, 'assets', 'index-12345678.js'), '1');
  });

  it('comes with a policy that lets in nothing from elsewhere, and is asked for each time', async () => {
    const url = await serve();
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, '<title>a page</title>']);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'.*script-src 'self';.*require-trusted-types-for 'script'/);
    expect(policy).not.toMatch(/unsafe|\*|data:|http/);
    expect(page.headers.get('etag')).toMatch(/"/);
  });

  it('is kept for ever where a name says what is in it', async () => {
    const asset = await fetch(`${await serve()}/assets/index-12345678.js`);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-type')).toMatch('javascript');
  });

  it('is in the way of no route, and gives nothing away', async () => {
    const url = await serve();
    expect(await (await fetch(`${url}/health`)).text()).toBe('the route');
    const others = ['/.secret', '/assets', '/assets/', '/assets/..%2f.secret', '/%2e%2e/package.json', '/nothing'];
    for (const path of others) expect((await fetch(url + path, { redirect: 'manual' })).status, path).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
  });
});

it('a page that is not built is a clear note, and nothing else is touched', async () => {
  const url = await serve();
  const note = await fetch(url);
  expect(note.status).toBe(503);
  expect(await note.text()).toContain('npm run build');
  expect((await fetch(`${url}/other`)).status).toBe(404);
  expect((await fetch(url, { method: 'POST' })).status).toBe(404);
});
