import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Cancel, Logger, Scheduler } from '../../../application/ports/index.ts';

/** The most that anything here waits for Redis. */
export const COMMAND_MS = 200;
const CONNECT_MS = 1_000;
const RETRY_MS_MAX = 1_000;
const HEARTBEAT_MS = 1_000;

interface RedisLinkDeps {
  /** One URL, or those of some nodes of a cluster, separated by commas. */
  readonly url: string;
  readonly logger: Logger;
  readonly scheduler: Scheduler;
}

/**
 * The connections to Redis, Valkey or a cluster of either. It comes up whenever it can and never gives up: starting
 * does not wait for it, and a command that Redis does not answer in time is rejected instead of kept for later.
 */
export class RedisLink {
  readonly commands: Redis | Cluster;
  /** Another one, so that a flood of news does not delay commands; a cluster's client sees to that itself. */
  readonly subscriber: Redis | Cluster;
  readonly #deps: RedisLinkDeps;
  readonly #onUp: (() => void)[] = [];
  #isUp = false;
  #saidDown = false;
  #closed = false;
  #cancelHeartbeat: Cancel | null = null;

  constructor(deps: RedisLinkDeps) {
    this.#deps = deps;
    const urls = deps.url.split(',').map((url) => url.trim());
    const isCluster = urls.length > 1;
    this.commands = isCluster ? openCluster(urls) : open(deps.url);
    this.subscriber = isCluster ? this.commands : open(deps.url);
    for (const client of new Set([this.commands, this.subscriber])) {
      // Without a listener an error would end the process.
      client.on('error', (error: unknown) => this.#down(error));
      client.on('close', () => this.#down(new Error('The connection was closed.')));
    }
    this.#beat();
  }

  /** Whether Redis answered when it was last asked. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Calls back each time that Redis can be reached (again). */
  onUp(task: () => void): void {
    this.#onUp.push(task);
    if (this.#isUp) task();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#isUp = false;
    this.#cancelHeartbeat?.();
    this.commands.disconnect();
    this.subscriber.disconnect();
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#deps.scheduler.after(this.#isUp ? HEARTBEAT_MS : COMMAND_MS, async () => {
      try {
        await Promise.all([this.commands.ping(), this.subscriber.ping()]);
        this.#up();
      } catch (error) {
        this.#down(error);
        await this.#renew();
      }
      if (!this.#closed) this.#beat();
    });
  }

  #up(): void {
    if (this.#isUp || this.#closed) return;
    this.#isUp = true;
    this.#saidDown = false;
    this.#deps.logger.info({}, 'redis answers');
    for (const task of this.#onUp) task();
  }

  #down(error: unknown): void {
    this.#isUp = false;
    if (this.#saidDown || this.#closed) return;
    // Said once, not at every attempt.
    this.#saidDown = true;
    this.#deps.logger.warn({ error }, 'redis does not answer; until it does, nodes hear of each other by polling');
  }

  /** A subscriber that is silent may be half open, and would be so for minutes. */
  async #renew(): Promise<void> {
    const { subscriber } = this;
    if (subscriber instanceof Cluster || subscriber.status !== 'ready') return;
    await subscriber.ping().catch(() => {
      if (!this.#closed) subscriber.disconnect(true);
    });
  }
}

const retryMs = (attempt: number): number => Math.min(RETRY_MS_MAX, 50 * 2 ** Math.min(attempt, 10));

const OPTIONS = {
  // What cannot be sent now is not wanted later: without these, commands pile up and hang for as long as Redis is gone.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  commandTimeout: COMMAND_MS,
  connectTimeout: CONNECT_MS,
  retryStrategy: retryMs,
  // The bus subscribes again itself, and knows when that has taken effect.
  autoResubscribe: false,
  enableAutoPipelining: true,
} satisfies RedisOptions;

function open(url: string): Redis {
  return new Redis(url, OPTIONS);
}

function openCluster(urls: readonly string[]): Cluster {
  const { username, password, protocol } = new URL(urls[0] ?? '');
  return new Cluster([...urls], {
    redisOptions: {
      ...OPTIONS,
      ...(username ? { username: decodeURIComponent(username) } : {}),
      ...(password ? { password: decodeURIComponent(password) } : {}),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
    },
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    shardedSubscribers: true,
    slotsRefreshTimeout: CONNECT_MS,
    clusterRetryStrategy: retryMs,
  });
}
