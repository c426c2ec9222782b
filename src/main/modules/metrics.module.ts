import { ContainerModule } from 'inversify';
import { silentProbe } from '../../adapters/outbound/memory/silent-probe.ts';
import { PrometheusProbe } from '../../adapters/outbound/metrics/prometheus-probe.ts';
import { packageVersion } from '../package-version.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

const PING_EVERY_MS = 5_000;
const UNANSWERED = Number.NaN;

export const metricsModule = new ContainerModule((options) => {
  provide(options, TOKENS.metrics, { config: TOKENS.config }, ({ config }) => {
    if (config.metrics === null) return null;
    const probe = new PrometheusProbe();
    const database = /^\w+/.exec(config.databaseUrl)?.[0] ?? 'unknown';
    const labels = { version: packageVersion(), node: process.versions.node, database };
    probe.info('parley_build_info', 'Which Parley this is, and on what.', labels);
    return probe;
  });
  provide(options, TOKENS.probe, { metrics: TOKENS.metrics }, ({ metrics }) => metrics ?? silentProbe);
  const { metrics, io, inFlight, presence, outbox, redis, persistence, lifecycle, clock } = TOKENS;
  const webhooks = TOKENS.deliverWebhooks;
  provide(
    options,
    TOKENS.readMetrics,
    { metrics, io, inFlight, presence, outbox, redis, persistence, lifecycle, clock, webhooks },
    ({ metrics, io, inFlight, presence, outbox, redis, persistence, lifecycle, clock, webhooks }) => {
      if (metrics === null) return null;
      const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
        metrics.add({ name, help, type: 'gauge', read });
      gauge('parley_connections', 'Connections that are open.', () => io.engine.clientsCount);
      gauge('parley_users_online', 'Users who are connected to this node.', () => presence.localUsers().length);
      gauge('parley_commands_in_flight', 'Events and requests that are not answered yet.', () => inFlight.count);
      gauge('parley_draining', '1 while the node is about to go.', () => Number(lifecycle.closing));
      metrics.add({
        name: 'parley_deliveries_total',
        help: 'What rooms and users were told, counted for each socket that it was handed to.',
        type: 'counter',
        read: () => outbox.delivered,
      });
      metrics.add({
        name: 'parley_slow_readers_total',
        help: 'Sockets that were cut because they did not read what was sent to them.',
        type: 'counter',
        read: () => outbox.slowReaders,
      });
      gauge(
        'parley_webhook_oldest_seconds',
        'The age of the oldest entry that waits for its webhook, 0 without one.',
        () => (webhooks.oldestMs === null ? 0 : Math.max(0, nowMs() - webhooks.oldestMs) / 1_000),
      );
      const nowMs = () => clock.nowMs();
      const ping = pings(() => persistence.ping(), nowMs);
      gauge('parley_database_up', '1 when the database answered when it was last asked.', async () =>
        Number(!Number.isNaN(await ping())),
      );
      gauge('parley_database_ping_seconds', 'What that answer took, NaN without one.', ping);
      if (redis) {
        gauge('parley_redis_up', '1 when Redis answered when it was last asked.', () => Number(redis.isUp));
        const pingRedis = pings(() => redis.commands.ping(), nowMs);
        gauge('parley_redis_ping_seconds', 'What an answer of Redis took, NaN without one.', pingRedis);
      }
      return metrics;
    },
  );
});

/** Asked every few seconds at most, whoever scrapes. */
function pings(ask: () => Promise<unknown>, nowMs: () => number): () => Promise<number> {
  let asked: Promise<number> = Promise.resolve(UNANSWERED);
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (nowMs() - askedAtMs < PING_EVERY_MS) return asked;
    askedAtMs = nowMs();
    const startedMs = performance.now();
    asked = ask().then(
      () => (performance.now() - startedMs) / 1_000,
      () => UNANSWERED,
    );
    return asked;
  };
}
