import type { BusListener, Cancel, NodeNews, RoomBus, RoomNews, Scheduler } from '../../../application/ports/index.ts';
import type { RoomId } from '../../../domain/room/room.ts';
import { decodeNews, decodeNodeNews, encodeNews } from './bus-encoding.ts';
import type { RedisLink } from './redis-link.ts';

/** What is on its way to Redis and not yet taken; beyond it, news are dropped and found in the database. */
const UNSENT_CHARS_MAX = 8_000_000;
/** Subscriptions that did not succeed are tried again this often. */
const RETRY_MS = 1_000;

interface RedisRoomBusDeps {
  readonly link: RedisLink;
  readonly nodeId: string;
  /** Set before all names of channels. */
  readonly prefix: string;
  readonly scheduler: Scheduler;
}

/**
 * News by Redis pub/sub on sharded channels, one for each room, so that a node hears only of its rooms and a cluster
 * carries each channel on one shard.
 */
export class RedisRoomBus implements RoomBus {
  readonly #deps: RedisRoomBusDeps;
  readonly #roomPrefix: string;
  readonly #all: string;
  /** The channels that are wanted, and whether Redis has said that it sends us what is told there. */
  readonly #channels = new Map<string, boolean>();
  #fresh: string[] = [];
  #listener: BusListener | null = null;
  #outgoing = new Map<RoomId, RoomNews[]>();
  #flushing = false;
  #unsentChars = 0;
  #cancelRetry: Cancel | null = null;

  constructor(deps: RedisRoomBusDeps) {
    this.#deps = deps;
    this.#roomPrefix = `${deps.prefix}room:`;
    this.#all = `${deps.prefix}all`;
    this.#channels.set(this.#all, false);
    deps.link.subscriber.on('smessage', (channel: string, payload: string) => this.#receive(channel, payload));
    // Redis has forgotten what we follow, and nobody knows what was told meanwhile.
    deps.link.onUp(() => void this.#subscribe([...this.#channels.keys()]));
    this.#retryLater();
  }

  listen(listener: BusListener): void {
    this.#listener = listener;
  }

  follow(roomId: RoomId): void {
    const channel = this.#roomPrefix + roomId;
    if (this.#channels.has(channel)) return;
    this.#channels.set(channel, false);
    this.#fresh.push(channel);
    this.#scheduleFlush();
  }

  unfollow(roomId: RoomId): void {
    const channel = this.#roomPrefix + roomId;
    if (this.#channels.delete(channel)) this.#unsubscribe(channel);
  }

  tell(roomId: RoomId, news: RoomNews): void {
    if (!this.#deps.link.isUp) return;
    const waiting = this.#outgoing.get(roomId);
    if (waiting) waiting.push(news);
    else this.#outgoing.set(roomId, [news]);
    this.#scheduleFlush();
  }

  tellAll(news: NodeNews): void {
    if (this.#deps.link.isUp) this.#publish(this.#all, encodeNews(this.#deps.nodeId, news));
  }

  async close(): Promise<void> {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#flush();
  }

  /** The whole of a committed batch is told before this runs, so that it travels as one. */
  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    const outgoing = this.#outgoing;
    this.#outgoing = new Map();
    for (const [roomId, news] of outgoing) {
      this.#publish(this.#roomPrefix + roomId, encodeNews(this.#deps.nodeId, joined(news)));
    }
    const fresh = this.#fresh.splice(0);
    if (fresh.length > 0) void this.#subscribe(fresh);
  }

  #publish(channel: string, payload: string): void {
    if (this.#unsentChars + payload.length > UNSENT_CHARS_MAX) return;
    this.#unsentChars += payload.length;
    this.#deps.link.commands
      .spublish(channel, payload)
      // What is lost is found in the database, and the link says that it is down.
      .catch(ignore)
      .finally(() => (this.#unsentChars -= payload.length));
  }

  #receive(channel: string, payload: string): void {
    if (channel === this.#all) {
      const news = decodeNodeNews(this.#deps.nodeId, payload);
      if (news) this.#listener?.nodeNews(news);
      return;
    }
    if (!this.#channels.has(channel)) return;
    const roomId = this.#roomOf(channel);
    const news = decodeNews(this.#deps.nodeId, roomId, payload);
    if (news && news.length > 0) this.#listener?.news(roomId, news);
  }

  async #subscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) if (this.#channels.has(channel)) this.#channels.set(channel, false);
    if (!this.#deps.link.isUp) return;
    await Promise.all(channels.map((channel) => this.#subscribeTo(channel)));
    const rooms = channels.filter((channel) => channel !== this.#all && this.#channels.get(channel));
    if (rooms.length > 0) this.#listener?.missed(rooms.map((channel) => this.#roomOf(channel)));
  }

  /** One by one, though written together: the rooms of a cluster lie on several shards. */
  async #subscribeTo(channel: string): Promise<void> {
    try {
      await this.#deps.link.subscriber.ssubscribe(channel);
    } catch {
      return;
    }
    if (this.#channels.has(channel)) this.#channels.set(channel, true);
    else this.#unsubscribe(channel);
  }

  #unsubscribe(channel: string): void {
    if (this.#deps.link.isUp) this.#deps.link.subscriber.sunsubscribe(channel).catch(ignore);
  }

  /** A shard may have been away, or slow, when its channels were asked for. */
  #retryLater(): void {
    this.#cancelRetry = this.#deps.scheduler.after(RETRY_MS, async () => {
      const unheard = [...this.#channels].filter(([, isHeard]) => !isHeard).map(([channel]) => channel);
      if (unheard.length > 0) await this.#subscribe(unheard);
      if (this.#cancelRetry) this.#retryLater();
    });
  }

  #roomOf(channel: string): RoomId {
    return channel.slice(this.#roomPrefix.length) as RoomId;
  }
}

const ignore = (): void => undefined;

/** Entries that were committed one by one but told together become one list. */
function joined(news: readonly RoomNews[]): readonly RoomNews[] {
  const entries = news.flatMap((item) => (item.type === 'entries' ? item.entries : []));
  const rest = news.filter((item) => item.type !== 'entries');
  return entries.length > 0 ? [{ type: 'entries', entries }, ...rest] : rest;
}
