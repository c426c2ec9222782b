import { ContainerModule, type ContainerModuleLoadOptions } from 'inversify';
import { InMemoryRoomBus } from '../../adapters/outbound/memory/in-memory-room-bus.ts';
import { RedisLink } from '../../adapters/outbound/redis/redis-link.ts';
import { RedisRoomBus } from '../../adapters/outbound/redis/redis-room-bus.ts';
import { BusIntake } from '../../application/live/bus-intake.ts';
import { Newcomers } from '../../application/live/newcomers.ts';
import { SessionWatch } from '../../application/live/session-watch.ts';
import { SharedBroadcaster } from '../../application/live/shared-broadcaster.ts';
import { TypingBoard } from '../../application/live/typing-board.ts';
import { provide } from '../di/token.ts';
import { TOKENS } from '../di/tokens.ts';

/** One node that has nobody to tell. */
export const singleNodeModule = new ContainerModule((options) => {
  provide(options, TOKENS.redis, {}, () => null);
  provide(options, TOKENS.bus, {}, () => new InMemoryRoomBus());
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
  provide(options, TOKENS.bus, { config, redis: TOKENS.redis, ids, scheduler }, ({ config, redis, ids, scheduler }) => {
    if (!redis) throw new Error('There is no link to Redis.');
    return new RedisRoomBus({ link: redis, nodeId: ids.uuid(), prefix: config.redisPrefix, scheduler });
  });
  provideLive(options);
});

function provideLive(options: ContainerModuleLoadOptions): void {
  const { localBroadcaster: local, bus, memberships, feed, guard, scheduler, clock, logger, persistence } = TOKENS;
  provide(options, TOKENS.broadcaster, { local, bus, memberships }, (deps) => new SharedBroadcaster(deps));
  provide(options, TOKENS.remoteTyping, { local, scheduler, clock }, ({ local, ...rest }) => {
    return new TypingBoard({ ...rest, broadcaster: local });
  });
  provide(
    options,
    TOKENS.intake,
    { feed, local, typing: TOKENS.remoteTyping, newcomers: TOKENS.newcomers, guard, scheduler, logger },
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
    TOKENS.sessionWatch,
    { persistence, guard, local, scheduler, clock, logger },
    ({ persistence, local, ...rest }) =>
      new SessionWatch({ ...rest, broadcaster: local, sessions: persistence.sessions }),
  );
}
