import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, type TestServer } from '../support/harness/server.ts';
import { everySuite } from './every-suite.ts';

/** A server on a file of its own, which goes with the server. */
async function startOnFile(env: Record<string, string> = {}): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-e2e-'));
  const server = await startServer({ DATABASE_URL: `sqlite:${join(directory, 'parley.db')}`, ...env });
  const stop = async () => {
    const clean = await server.stop();
    await rm(directory, { recursive: true, force: true });
    return clean;
  };
  return { url: server.url, stop };
}

everySuite('SQLite', startOnFile);
