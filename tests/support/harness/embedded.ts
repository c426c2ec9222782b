import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createParley } from '../../../src/main/index.ts';
import { TEST_SETTINGS, type TestServer } from './server.ts';

/**
 * The product inside a server of somebody else's, under a base path that this server puts before what it is asked for:
 * so tests that know of no base path can use it.
 */
export async function startEmbedded({ DATABASE_URL, ...env }: Record<string, string> = {}): Promise<TestServer> {
  const parley = await createParley({
    database: DATABASE_URL ?? 'memory:',
    basePath: '/deep/inside',
    settings: { ...TEST_SETTINGS, ...env },
  });
  const host = createServer((request, response) => {
    request.url = `/deep/inside${request.url ?? ''}`;
    parley.handler(request, response);
  });
  host.on('upgrade', (request) => {
    request.url = `/deep/inside${request.url ?? ''}`;
  });
  parley.attach(host);
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(host.address() as AddressInfo).port}`,
    stop: async () => {
      const isClean = await parley.close();
      host.closeAllConnections();
      await new Promise((resolve) => host.close(resolve));
      return isClean;
    },
  };
}
