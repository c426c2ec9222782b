import { randomBytes } from 'node:crypto';
import { createDatabase } from '../../support/databases/fresh-database.ts';
import { privateRedis } from '../../support/databases/private-redis.ts';
import { faultProxy, type FaultProxy } from '../../support/harness/fault-proxy.ts';
import { startChild, type LaunchedServer } from '../../support/harness/launch.ts';
import type { Fault, PlannedFault } from './plan.ts';

const JWT_SECRET = randomBytes(48).toString('base64');
const DELAY_MS = 60;
const SLICE_BYTES = 700;

interface Node {
  readonly links: { readonly database: FaultProxy; readonly redis: FaultProxy };
  readonly env: Record<string, string>;
  /** Null while it is down. */
  server: LaunchedServer | null;
  busy: boolean;
}

/** Some nodes of the product, a database and a Redis, and a way to hurt each of them. */
export class Cluster {
  readonly #nodes: Node[];
  readonly #redis: Awaited<ReturnType<typeof privateRedis>>;
  readonly #drop: () => Promise<void>;
  readonly exits: string[] = [];
  #redisIsHurt = false;

  private constructor(nodes: Node[], redis: Awaited<ReturnType<typeof privateRedis>>, drop: () => Promise<void>) {
    this.#nodes = nodes;
    this.#redis = redis;
    this.#drop = drop;
  }

  static async start(adminUrl: string, count: number): Promise<Cluster> {
    const [database, redis] = await Promise.all([createDatabase(adminUrl), privateRedis()]);
    const nodes: Node[] = [];
    for (let index = 0; index < count; index += 1) {
      const links = { database: await proxyTo(database.url), redis: await proxyTo(redis.url) };
      const through = new URL(database.url);
      through.port = String(links.database.port);
      const env = { DATABASE_URL: through.href, REDIS_URL: `redis://127.0.0.1:${links.redis.port}`, JWT_SECRET };
      nodes.push({ links, env, server: await startChild(env), busy: false });
    }
    return new Cluster(nodes, redis, () => database.drop());
  }

  /** Those that run, as a load balancer knows them. */
  urls(): string[] {
    return this.#nodes.flatMap(({ server }) => server?.url ?? []);
  }

  /** Resolves when the fault is over and what it broke is whole again. False when something of it is hurt already. */
  async suffer({ fault, forMs }: PlannedFault): Promise<boolean> {
    if (fault.kind === 'redis') return this.#hurtRedis(fault.how, forMs);
    const node = this.#nodes[fault.node];
    if (!node || node.busy || !node.server) return false;
    node.busy = true;
    try {
      if (fault.kind === 'link') await hurtLink(node.links[fault.to], fault.how, forMs);
      else await this.#hurtNode(node, node.server, fault.how, forMs);
    } finally {
      node.busy = false;
    }
    return true;
  }

  async stop(): Promise<void> {
    const ended = await Promise.all(this.#nodes.map(async ({ server }) => server?.kill('SIGTERM')));
    for (const end of ended) if (end && end.code !== 0) this.exits.push(`ended with ${end.code ?? end.signal}`);
    await Promise.all(this.#nodes.flatMap(({ links }) => [links.database.close(), links.redis.close()]));
    await this.#redis.stop();
    await this.#drop();
  }

  async #hurtRedis(how: (Fault & { kind: 'redis' })['how'], forMs: number): Promise<boolean> {
    if (this.#redisIsHurt) return false;
    this.#redisIsHurt = true;
    const heal = how === 'redis-kill' ? await this.#redis.kill() : this.#redis.pause();
    await pause(forMs);
    await heal();
    this.#redisIsHurt = false;
    return true;
  }

  async #hurtNode(node: Node, server: LaunchedServer, how: (Fault & { kind: 'node' })['how'], forMs: number) {
    if (how === 'pause') {
      server.signal('SIGSTOP');
      await pause(forMs);
      server.signal('SIGCONT');
      return;
    }
    const ended = server.kill(how === 'kill' ? 'SIGKILL' : 'SIGTERM');
    node.server = null;
    const { code, signal } = await ended;
    if (how === 'restart' && code !== 0) this.exits.push(`SIGTERM ended in ${code ?? signal}`);
    await pause(Math.min(forMs, 1_000));
    node.server = await startChild(node.env);
  }
}

async function hurtLink(link: FaultProxy, how: (Fault & { kind: 'link' })['how'], forMs: number): Promise<void> {
  if (how === 'delay') link.delay(DELAY_MS);
  else if (how === 'slice') link.slice(SLICE_BYTES);
  else link[how]();
  await pause(forMs);
  link.heal();
}

async function proxyTo(url: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(url);
  return faultProxy({ host: hostname, port: Number(port) });
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
