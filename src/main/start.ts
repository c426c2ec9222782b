import type { AddressInfo } from 'node:net';
import { buildContainer } from './build-container.ts';
import type { Container } from 'inversify';
import { NOTHING, type AdapterName, type Brought } from './di/adapters.ts';
import { resolve } from './di/token.ts';
import type { Config } from './config/config.ts';
import { TOKENS } from './di/tokens.ts';
import type { NetworkServer } from './lifecycle/network-server.ts';
import { weakSpots } from './diagnosis/diagnose.ts';
import { prepareSecrets } from './config/development-secret.ts';

export interface RunningServer {
  readonly port: number;
  /**
   * Finishes what is in flight, closes connections and stores. Resolves to whether all of it went well; never rejects.
   */
  readonly stop: () => Promise<boolean>;

  /** Writes down what is weak or wrong with the installation, a line each, within 15 s. Never rejects. */
  warnOfWeakSpots(): Promise<void>;

  /** Writes down an error that nobody foresaw, without what a log must not hold. */
  report(error: unknown): void;
}

/** Starts a whole Parley in this process. Rejects, with everything closed again, when some part cannot start. */
export async function start(config: Config): Promise<RunningServer> {
  const { container, stop } = await open(config, NOTHING, async (container) => {
    const server = await resolve(container, TOKENS.server);
    await server.listen();
    return server;
  });
  const [server, logger] = [await resolve(container, TOKENS.server), await resolve(container, TOKENS.logger)];
  const { port } = server.http.address() as AddressInfo;
  logger.info({ host: config.host, port, database: describe(config.databaseUrl) }, 'parley is listening');
  return {
    port,
    stop,
    report: (error) => logger.error({ error }, 'an error that nobody handled'),
    warnOfWeakSpots: () => warnOfWeakSpots(container),
  };
}

export interface OpenParts {
  readonly container: Container;
  /** As RunningServer.stop. */
  readonly stop: () => Promise<boolean>;
}

/**
 * Opens all parts in their order, `serve` last. Rejects, with everything closed again, when one cannot be opened.
 * Adapters that are given are neither opened nor closed here.
 */
export async function open(
  given: Config,
  brought: Brought,
  serve: (container: Container) => Promise<NetworkServer>,
): Promise<OpenParts> {
  const { config, notice } = prepareSecrets(given);
  const container = buildContainer(config, brought);
  const lifecycle = await resolve(container, TOKENS.lifecycle);
  const own = (name: AdapterName, title: string, part: { close(): Promise<void> }) => {
    if (!(name in brought.adapters)) lifecycle.opened(title, () => part.close());
  };
  try {
    const logger = await resolve(container, TOKENS.logger);
    if (notice) logger.warn({}, notice);
    const tracing = await resolve(container, TOKENS.tracing);
    if (tracing) lifecycle.opened('traces', () => tracing.close());
    own('persistence', 'database', await resolve(container, TOKENS.persistence));

    const redis = await resolve(container, TOKENS.redis);
    if (redis) lifecycle.opened('redis', () => redis.close());
    const bus = await resolve(container, TOKENS.bus);
    bus.listen(await resolve(container, TOKENS.intake));
    own('bus', 'bus', bus);

    const feed = await resolve(container, TOKENS.feed);
    const newcomers = await resolve(container, TOKENS.newcomers);
    const sessionWatch = await resolve(container, TOKENS.sessionWatch);
    const announcer = await resolve(container, TOKENS.announcer);
    const presence = await resolve(container, TOKENS.presence);
    presence.watch(announcer.found);
    own('presence', 'presence registry', presence);
    const webhooks = await resolve(container, TOKENS.deliverWebhooks);
    feed.start();
    announcer.start();
    sessionWatch.start();
    newcomers.start();
    webhooks.start();
    lifecycle.opened('webhooks', () => webhooks.stop());
    const retentionSweep = await resolve(container, TOKENS.retentionSweep);
    retentionSweep.start();
    lifecycle.opened('retention', () => retentionSweep.stop());
    lifecycle.opened('newcomers', () => newcomers.stop());
    lifecycle.opened('sessions', () => sessionWatch.stop());
    lifecycle.opened('presence', () => announcer.stop());
    lifecycle.opened('feed', () => feed.stop());

    const server = await serve(container);
    lifecycle.opened('server', () => server.drain());
    return { container, stop: () => stop(container, config) };
  } catch (error) {
    await lifecycle.close(config.shutdownMs);
    throw error;
  }
}

async function stop(container: Container, config: Config): Promise<boolean> {
  const lifecycle = await resolve(container, TOKENS.lifecycle);
  const logger = await resolve(container, TOKENS.logger);
  logger.info({}, 'parley is stopping');
  (await resolve(container, TOKENS.presence)).linger();
  const failures = await lifecycle.close(config.shutdownMs);
  for (const { name, error } of failures) logger.error({ name, error }, 'a part did not close well');
  logger.info({}, 'parley has stopped');
  return failures.length === 0;
}

async function warnOfWeakSpots(container: Container): Promise<void> {
  const [config, logger] = [await resolve(container, TOKENS.config), await resolve(container, TOKENS.logger)];
  const lifecycle = await resolve(container, TOKENS.lifecycle);
  try {
    const findings = await weakSpots(config, () => 'parley doctor may say more.');
    // What is being closed looks broken.
    if (lifecycle.closing) return;
    for (const { check, verdict, seen, advice } of findings) {
      logger[verdict === 'fail' ? 'error' : 'warn']({ check }, `${check}: ${seen}. ${advice ?? ''}`);
    }
  } catch (error) {
    logger.warn({ error }, 'the installation could not be looked at');
  }
}

/** Which database, without the account that opens it. */
function describe(databaseUrl: string): string {
  return databaseUrl.replace(/\/\/[^@/]*@/, '//');
}
