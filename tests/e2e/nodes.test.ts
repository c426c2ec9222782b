import { afterAll, beforeAll } from 'vitest';
import { mysqlUrl } from '../support/databases/available.ts';
import { createDatabase, type FreshDatabase } from '../support/databases/fresh-database.ts';
import { privateRedis, type PrivateRedis } from '../support/databases/private-redis.ts';
import { startServer, type TestServer } from '../support/harness/server.ts';
import { until, type Start } from '../support/harness/site.ts';
import { call } from '../support/harness/http.ts';
import { everySuite } from './every-suite.ts';

/** `E2E_NODES=2` for another number. */
const NODES = Number(process.env['E2E_NODES'] ?? 3);

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(() => redis.stop());

const start: Start = async (env = {}) => {
  const database: FreshDatabase = await createDatabase(mysqlUrl());
  const own = { DATABASE_URL: database.url, REDIS_URL: redis.url, REDIS_PREFIX: `${database.url.slice(-16)}:` };
  const nodes: TestServer[] = [];
  for (let node = 0; node < NODES; node += 1) nodes.push(await startServer({ ...own, DB_POOL_MAX: '6', ...env }));
  const isUp = async ({ url }: TestServer) => (await call(url, 'GET', '/ready')).body.checks.redis === 'up';
  await until('redis is up for all', async () => (await Promise.all(nodes.map(isUp))).every(Boolean));
  let turn = 0;
  return {
    nodes: NODES,
    get url() {
      turn += 1;
      return nodes[turn % NODES]?.url ?? '';
    },
    stop: async () => {
      const clean = await Promise.all(nodes.map((node) => node.stop()));
      await database.drop();
      return clean.every(Boolean);
    },
  };
};

// People are dealt out to the nodes, so that nearly everything that one does reaches another by way of a third.
everySuite(`${NODES} nodes on MySQL and Redis`, start);
