import { spawnSync } from 'node:child_process';
import { startRedis } from './redis-server.ts';
import { isMissing } from './types.ts';

/** A Redis of a test's own, which it may hurt. Each way to hurt it returns how to heal it again. */
export interface PrivateRedis {
  readonly url: string;
  kill(): Promise<() => Promise<void>>;
  /** It stands still and its connections stay open. */
  pause(): () => Promise<void>;
  stop(): Promise<void>;
}

export async function privateRedis({ cluster = false } = {}): Promise<PrivateRedis> {
  const redis = await startRedis({ cluster });
  if (isMissing(redis)) throw new Error(redis.missing);
  const { url, process: server } = redis;
  if (!server) throw new Error('A Redis that TEST_REDIS_URL names is not for hurting; this test needs its own.');
  if (cluster) {
    // One node that has all slots is a whole cluster.
    const { stdout } = spawnSync('redis-cli', ['-u', url, 'cluster', 'addslotsrange', '0', '16383']);
    if (!stdout.toString().startsWith('OK')) throw new Error('The cluster could not be made.');
  }
  return {
    url,
    stop: () => redis.stop(),
    kill: async () => {
      await server.kill();
      return () => server.restart();
    },
    pause: () => {
      process.kill(server.pid, 'SIGSTOP');
      return async () => void process.kill(server.pid, 'SIGCONT');
    },
  };
}
