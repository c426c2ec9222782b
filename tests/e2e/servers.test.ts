import { describeServers } from '../support/databases/available.ts';
import { createDatabase } from '../support/databases/fresh-database.ts';
import { startServer, type TestServer } from '../support/harness/server.ts';
import { everySuite } from './every-suite.ts';

describeServers('end to end', (database, adminUrl) => {
  /** A server on a database of its own, which goes with the server. */
  async function startOnDatabase(env: Record<string, string> = {}): Promise<TestServer> {
    const fresh = await createDatabase(adminUrl);
    const server = await startServer({ DATABASE_URL: fresh.url, ...env });
    const stop = async () => {
      const clean = await server.stop();
      await fresh.drop();
      return clean;
    };
    return { url: server.url, stop };
  }

  everySuite(database.title, startOnDatabase);
});
