import type { Cancel, Logger, PresenceEdge, PresenceRegistry, Scheduler } from '../../../application/ports/index.ts';
import type { PresenceStatus } from '../../../domain/presence/presence.ts';
import type { UserId } from '../../../domain/user/user.ts';
import { BEAT, BURY, ENTER, LEAVE } from './presence-scripts.ts';
import type { RedisLink } from './redis-link.ts';

const BEAT_MS = 3_000;
/** A node that is silent for longer is dead, and its users are gone with it. */
const LEASE_MS = 10_000;
const CHUNK = 500;

interface RedisPresenceDeps {
  readonly link: RedisLink;
  /** The connections of this node; its answers hold while Redis is away. */
  readonly local: PresenceRegistry;
  readonly nodeId: string;
  /** Set before all keys. */
  readonly prefix: string;
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  readonly beatMs?: number;
  readonly leaseMs?: number;
}

/**
 * Who is connected to which node, in Redis. Each node renews one lease for all of its users, so that a heartbeat costs
 * the same whoever is there; the users of a node whose lease has ended are taken off by another one. What Redis forgets
 * or misses is written again when it is back.
 */
export class RedisPresenceRegistry implements PresenceRegistry {
  readonly #deps: RedisPresenceDeps;
  readonly #leaseMs: number;
  /** Who came or went here while Redis could not be told. */
  readonly #untold = new Set<UserId>();
  #listener: ((edge: PresenceEdge) => void) | null = null;
  #steadyBeats = 0;
  #cancelBeat: Cancel | null = null;
  #closed = false;
  #lingering = false;

  constructor(deps: RedisPresenceDeps) {
    this.#deps = deps;
    this.#leaseMs = deps.leaseMs ?? LEASE_MS;
    deps.link.onUp(() => void this.#beat());
    this.#beatLater();
  }

  watch(listener: (edge: PresenceEdge) => void): void {
    this.#listener = listener;
  }

  async connected(userId: UserId, connectionId: string): Promise<PresenceStatus | null> {
    return this.#tell(userId, await this.#deps.local.connected(userId, connectionId));
  }

  async disconnected(userId: UserId, connectionId: string): Promise<PresenceStatus | null> {
    return this.#tell(userId, await this.#deps.local.disconnected(userId, connectionId));
  }

  async onlineAmong(userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    const { local, link } = this.#deps;
    const here = await local.onlineAmong(userIds);
    if (!link.isUp) return here;
    try {
      const counts = await Promise.all(userIds.map((userId) => link.commands.scard(this.#userKey(userId))));
      return new Set(userIds.filter((userId, index) => here.has(userId) || (counts[index] ?? 0) > 0));
    } catch {
      return here;
    }
  }

  localUsers(): readonly UserId[] {
    return this.#deps.local.localUsers();
  }

  linger(): void {
    this.#lingering = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelBeat?.();
  }

  async #tell(userId: UserId, edge: PresenceStatus | null): Promise<PresenceStatus | null> {
    if (edge === null || (edge === 'offline' && this.#lingering)) return null;
    try {
      const isEdge = edge === 'online' ? await this.#enter(userId) : await this.#leave(userId, this.#deps.nodeId);
      return isEdge ? edge : null;
    } catch {
      this.#untold.add(userId);
      return edge;
    }
  }

  async #enter(userId: UserId): Promise<boolean> {
    const { commands } = this.#requireLink();
    const { nodeId } = this.#deps;
    // Under the node first: if only this were done, the node's end would still find the user.
    const listed = commands.sadd(this.#nodeKey(nodeId), userId);
    const entered = commands.eval(ENTER, 1, this.#userKey(userId), nodeId);
    // Both at once: when the link breaks both are rejected, and one that nobody waits for would end the process.
    const [, isEdge] = await Promise.all([listed, entered]);
    return isEdge === 1;
  }

  async #leave(userId: UserId, nodeId: string): Promise<boolean> {
    const { commands } = this.#requireLink();
    const left = commands.eval(LEAVE, 1, this.#userKey(userId), nodeId);
    const [isEdge] = await Promise.all([left, commands.srem(this.#nodeKey(nodeId), userId)]);
    return isEdge === 1;
  }

  #requireLink(): RedisLink {
    const { link } = this.#deps;
    if (!link.isUp) throw new Error('Redis does not answer.');
    return link;
  }

  #beatLater(): void {
    this.#cancelBeat = this.#deps.scheduler.after(this.#deps.beatMs ?? BEAT_MS, async () => {
      await this.#beat();
      if (!this.#closed) this.#beatLater();
    });
  }

  async #beat(): Promise<void> {
    const { link, nodeId, logger, beatMs = BEAT_MS } = this.#deps;
    if (this.#closed) return;
    if (!link.isUp) {
      this.#steadyBeats = 0;
      return;
    }
    try {
      const answer = await link.commands.eval(BEAT, 1, this.#nodesKey, nodeId, this.#leaseMs);
      const [known, ...silent] = answer as string[];
      this.#steadyBeats += 1;
      if (known !== 'alive' || this.#untold.size > 0) await this.#tellAgain(known === 'buried');
      // After an outage, or a start, all others look silent; they get the time of a lease to be heard.
      if (this.#steadyBeats * beatMs <= this.#leaseMs) return;
      for (let index = 0; index + 1 < silent.length; index += 2) await this.#bury(silent[index]!, silent[index + 1]!);
    } catch (error) {
      this.#steadyBeats = 0;
      logger.debug({ error }, 'presence could not be renewed; it is tried again');
    }
  }

  /** Redis has lost what it knew of this node, or was not told. Others who believed it dead hear of everybody. */
  async #tellAgain(wasBuried: boolean): Promise<void> {
    const untold = new Set(this.#untold);
    const here = new Set(this.localUsers());
    for (const userId of here) {
      const isEdge = await this.#enter(userId);
      if (isEdge && (wasBuried || untold.has(userId))) this.#emit(userId, 'online', null);
      this.#untold.delete(userId);
    }
    for (const userId of untold) {
      if (here.has(userId)) continue;
      if (await this.#leave(userId, this.#deps.nodeId)) this.#emit(userId, 'offline', null);
      this.#untold.delete(userId);
    }
  }

  /** Takes the users of a dead node off. A second node that does it too finds nobody left. */
  async #bury(deadNode: string, lastBeatMs: string): Promise<void> {
    const { commands } = this.#deps.link;
    const key = this.#nodeKey(deadNode);
    for (;;) {
      const userIds = (await commands.srandmember(key, CHUNK)) as UserId[];
      if (userIds.length === 0) break;
      const edges = await Promise.all(userIds.map((userId) => this.#leave(userId, deadNode)));
      for (const [index, userId] of userIds.entries()) {
        if (edges[index]) this.#emit(userId, 'offline', Number(lastBeatMs));
      }
    }
    await commands.eval(BURY, 1, this.#nodesKey, deadNode, lastBeatMs);
    this.#deps.logger.info({ node: deadNode }, 'a node is gone, and its users with it');
  }

  #emit(userId: UserId, status: PresenceStatus, leftAtMs: number | null): void {
    this.#listener?.({ userId, status, leftAtMs });
  }

  get #nodesKey(): string {
    return `${this.#deps.prefix}presence:nodes`;
  }

  #nodeKey(nodeId: string): string {
    return `${this.#deps.prefix}presence:node:${nodeId}`;
  }

  #userKey(userId: UserId): string {
    return `${this.#deps.prefix}presence:user:${userId}`;
  }
}
