import { ContainerModule, type ContainerModuleLoadOptions } from 'inversify';
import { FlexibleRateLimiter } from '../../adapters/outbound/limits/flexible-rate-limiter.ts';
import { InMemoryPresenceRegistry } from '../../adapters/outbound/memory/in-memory-presence-registry.ts';
import { InMemoryRoomBus } from '../../adapters/outbound/memory/in-memory-room-bus.ts';
import { RedisLink } from '../../adapters/outbound/redis/redis-link.ts';
import { RedisPresenceRegistry } from '../../adapters/outbound/redis/redis-presence-registry.ts';
import { RedisRateLimiter } from '../../adapters/outbound/redis/redis-rate-limiter.ts';
import { RedisRoomBus } from '../../adapters/outbound/redis/redis-room-bus.ts';
import { BusIntake } from '../../application/live/bus-intake.ts';
import { Newcomers } from '../../application/live/newcomers.ts';
import { RetentionSweep } from '../../application/live/retention-sweep.ts';
import { SessionEnds } from '../../application/live/session-ends.ts';
import { SessionWatch } from '../../application/live/session-watch.ts';
import { SharedBroadcaster } from '../../application/live/shared-broadcaster.ts';
import { TypingBoard } from '../../application/live/typing-board.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

/** One node that has nobody to tell. */
export const singleNodeModule = new ContainerModule((options) => {
  provide(options, TOKENS.redis, {}, () => null);
  provide(options, TOKENS.nodeId, { ids: TOKENS.ids }, ({ ids }) => ids.uuid());
  provide(options, TOKENS.limiter, { scheduler: TOKENS.scheduler }, (deps) => new FlexibleRateLimiter(deps));
  provide(options, TOKENS.bus, {}, () => new InMemoryRoomBus());
  provide(options, TOKENS.presence, { clock: TOKENS.clock }, (deps) => new InMemoryPresenceRegistry(deps));
  provideLive(options);
});

/** One of several nodes that share a database, and a Redis to be fast. */
export const redisNodesModule = new ContainerModule((options) => {
  const { config, ids, logger, scheduler } = TOKENS;
  provide(
    options,
    TOKENS.redis,
    { config, logger, scheduler },
    ({ config, ...rest }) => new RedisLink({ ...rest, url: config.redisUrl ?? '' }),
  );
  provide(options, TOKENS.nodeId, { ids }, ({ ids }) => ids.uuid());
  const { redis, nodeId } = TOKENS;
  provide(options, TOKENS.bus, { config, redis, nodeId, scheduler }, ({ config, redis, ...rest }) => {
    return new RedisRoomBus({ ...rest, link: existing(redis), prefix: config.redisPrefix });
  });
  provide(options, TOKENS.limiter, { config, redis, scheduler }, ({ config, redis, scheduler }) => {
    const fallback = new FlexibleRateLimiter({ scheduler });
    return new RedisRateLimiter({ link: existing(redis), fallback, prefix: config.redisPrefix });
  });
  provide(
    options,
    TOKENS.presence,
    { config, redis, nodeId, scheduler, logger, clock: TOKENS.clock },
    ({ config, redis, clock, ...rest }) => {
      const local = new InMemoryPresenceRegistry({ clock });
      return new RedisPresenceRegistry({ ...rest, local, link: existing(redis), prefix: config.redisPrefix });
    },
  );
  provideLive(options);
});

function existing(redis: RedisLink | null): RedisLink {
  if (!redis) throw new Error('There is no link to Redis.');
  return redis;
}

function provideLive(options: ContainerModuleLoadOptions): void {
  const { localBroadcaster: local, bus, memberships, feed, guard, scheduler, clock, logger, persistence } = TOKENS;
  provide(options, TOKENS.broadcaster, { local, bus, memberships }, (deps) => new SharedBroadcaster(deps));
  provide(options, TOKENS.remoteTyping, { local, scheduler, clock }, ({ local, ...rest }) => {
    return new TypingBoard({ ...rest, broadcaster: local });
  });
  provide(
    options,
    TOKENS.intake,
    {
      ...{ feed, local, guard, scheduler, logger },
      ...{ typing: TOKENS.remoteTyping, newcomers: TOKENS.newcomers, webhooks: TOKENS.deliverWebhooks },
    },
    (deps) => new BusIntake(deps),
  );
  provide(
    options,
    TOKENS.newcomers,
    { persistence, access: TOKENS.access, feed, local, scheduler, clock, logger },
    ({ persistence: { members, log }, ...rest }) => new Newcomers({ ...rest, members, log }),
  );
  provide(
    options,
    TOKENS.sessionEnds,
    { guard, broadcaster: TOKENS.broadcaster, watch: TOKENS.sessionWatch },
    (deps) => new SessionEnds(deps),
  );
  provide(
    options,
    TOKENS.retentionSweep,
    { persistence, config: TOKENS.config, nodeId: TOKENS.nodeId, ids: TOKENS.ids, feed, scheduler, clock, logger },
    ({ persistence, config, ...rest }) =>
      new RetentionSweep({ ...persistence, ...rest, daysMax: config.retentionDays }),
  );
  provide(
    options,
    TOKENS.sessionWatch,
    { persistence, guard, local, scheduler, clock, logger },
    ({ persistence, local, ...rest }) =>
      new SessionWatch({ ...rest, broadcaster: local, sessions: persistence.sessions }),
  );
}
