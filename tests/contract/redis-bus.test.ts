import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aRoomId, aUuid } from '../support/builders.ts';
import { privateRedis, type PrivateRedis } from '../support/databases/private-redis.ts';
import { redisNodes } from '../support/harness/redis-nodes.ts';
import { until } from '../support/harness/site.ts';
import { earOf, followed, newsIn, roomBusContract } from './room-bus.contract.ts';

roomBusContract('redis', async () => {
  const redis = await privateRedis();
  const nodes = redisNodes();
  return {
    node: async () => nodes.bus(await nodes.link(redis.url)),
    close: async () => {
      await nodes.close();
      await redis.stop();
    },
  };
});

roomBusContract('a redis cluster', async () => {
  const redis = await privateRedis({ cluster: true });
  const nodes = redisNodes();
  return {
    // Two names of one node are a cluster to us, and its client finds the others by itself.
    node: async () => nodes.bus(await nodes.link(`${redis.url},${redis.url}`)),
    close: async () => {
      await nodes.close();
      await redis.stop();
    },
  };
});

describe('the bus on a redis that fails', () => {
  let redis: PrivateRedis;
  const nodes = redisNodes();
  beforeAll(async () => {
    redis = await privateRedis();
  });
  afterAll(async () => {
    await nodes.close();
    await redis.stop();
  });
  const typing = (roomId: ReturnType<typeof aRoomId>) =>
    ({ type: 'typing', change: { roomId, userId: aUuid() as never, isTyping: true } }) as const;

  it.each(['killed', 'paused'] as const)(
    'is heard again after redis was %s, and says what may be missed',
    async (how) => {
      const [link, otherLink] = [await nodes.link(redis.url), await nodes.link(redis.url)];
      const [teller, hearer] = [earOf(nodes.bus(link)), earOf(nodes.bus(otherLink))];
      const roomId = aRoomId();
      await followed(hearer, roomId, teller.bus);
      hearer.missed.length = 0;
      const heal = how === 'killed' ? await redis.kill() : redis.pause();
      await until('both have noticed', () => !link.isUp && !otherLink.isUp);
      const lost = typing(roomId);
      teller.bus.tell(roomId, lost);
      await heal();
      await until('both are back', () => link.isUp && otherLink.isUp);
      await until('it is said', () => hearer.missed.includes(roomId));
      await followed(hearer, roomId, teller.bus);
      expect(newsIn(hearer, roomId)).toEqual([]);
    },
  );

  it('follows rooms that were first wanted while redis was away', async () => {
    const heal = await redis.kill();
    const [link, otherLink] = [await nodes.link(redis.url, false), await nodes.link(redis.url, false)];
    const [teller, hearer] = [earOf(nodes.bus(link)), earOf(nodes.bus(otherLink))];
    const roomId = aRoomId();
    hearer.bus.follow(roomId);
    teller.bus.tell(roomId, typing(roomId));
    await heal();
    await until('it is followed', () => hearer.missed.includes(roomId));
    await followed(hearer, roomId, teller.bus);
  });

  it('reads nothing into what it does not understand', async () => {
    const [link, hearerLink] = [await nodes.link(redis.url), await nodes.link(redis.url)];
    const [teller, hearer] = [earOf(nodes.bus(link)), earOf(nodes.bus(hearerLink))];
    const [roomId, otherRoom] = [aRoomId(), aRoomId()];
    await followed(hearer, roomId, teller.bus);
    const strange = [
      '',
      'junk',
      'node {',
      'node null',
      'node [null, 1, "entries", {"type":"later"}]',
      'node [{"type":"entries","entries":[{"seq":1}]}]',
      `node ${JSON.stringify([typing(otherRoom)])}`,
    ];
    for (const payload of strange) await link.commands.spublish(`test:room:${roomId}`, payload);
    const understood = typing(roomId);
    await link.commands.spublish(`test:room:${roomId}`, `node ${JSON.stringify([{ type: 'later' }, understood])}`);
    await until('the last is heard', () => newsIn(hearer, roomId).length > 0);
    expect(newsIn(hearer, roomId)).toEqual([understood]);
  });
});
