import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../src/contract/contract.ts';
import { startServer, type TestServer } from '../support/harness/server.ts';

describe('the documents of the API, served', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.stop());
  const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);

  it.each(['openapi.json', 'asyncapi.json'])('gives away %s as it is in the repository', async (name) => {
    const reply = await get(`/${name}`);
    expect(reply.headers.get('content-type')).toContain('application/json');
    expect(await reply.json()).toEqual(JSON.parse(readFileSync(`docs/generated/${name}`, 'utf8')));
  });

  it('has a page of all events, without a script', async () => {
    const page = await (await get('/docs/events')).text();
    for (const name of [...Object.keys(contract.clientEvents), ...Object.keys(contract.serverEvents)]) {
      expect(page).toContain(`<h3><code>${name}</code></h3>`);
    }
    expect(page).not.toMatch(/<script|undefined|\[object/);
  });

  it('has a viewer of all routes, and takes nothing from anywhere else', async () => {
    const moved = await get('/docs', { redirect: 'manual' });
    expect([moved.status, moved.headers.get('location')]).toEqual([308, '/docs/']);
    for (const path of ['/docs/', '/docs/events']) {
      const reply = await get(path);
      expect(reply.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
      const page = await reply.text();
      const links = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, link]) => new URL(link ?? '', reply.url));
      expect(links.length).toBeGreaterThan(1);
      for (const link of links) {
        expect(link.origin).toBe(server.url);
        expect((await fetch(link)).status, link.pathname).toBe(200);
      }
    }
  });

  it('is not there in production unless it is wanted', async () => {
    const production = { NODE_ENV: 'production', BCRYPT_COST: '10', AUTH_RATE_LIMIT: '60/1m' };
    const strict = { ...production, SOCKET_RATE_LIMIT: '100/1s', CONNECTION_LIMIT: '50/1000' };
    for (const [settings, status] of [
      [strict, 404],
      [{ ...strict, API_DOCS: 'on' }, 200],
    ] as const) {
      const other = await startServer(settings);
      expect((await fetch(`${other.url}/openapi.json`)).status).toBe(status);
      await other.stop();
    }
  });
});
