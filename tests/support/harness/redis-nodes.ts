import { InMemoryLogger } from '../../../src/adapters/outbound/memory/in-memory-logger.ts';
import { RedisLink } from '../../../src/adapters/outbound/redis/redis-link.ts';
import { RedisRoomBus } from '../../../src/adapters/outbound/redis/redis-room-bus.ts';
import { SystemScheduler } from '../../../src/adapters/outbound/system/system-scheduler.ts';
import { aUuid } from '../builders.ts';
import { until } from './site.ts';

/** Links of nodes to a Redis, and what stands on them. */
export function redisNodes() {
  const logger = new InMemoryLogger();
  const scheduler = new SystemScheduler({ logger });
  const opened: RedisLink[] = [];
  return {
    logger,
    async link(url: string, isExpectedUp = true): Promise<RedisLink> {
      const link = new RedisLink({ url, logger, scheduler });
      opened.push(link);
      if (isExpectedUp) await until('redis answers', () => link.isUp);
      return link;
    },
    bus(link: RedisLink): RedisRoomBus {
      return new RedisRoomBus({ link, nodeId: aUuid(), prefix: 'test:', scheduler });
    },
    async close(): Promise<void> {
      await Promise.all(opened.map((link) => link.close()));
    },
  };
}
