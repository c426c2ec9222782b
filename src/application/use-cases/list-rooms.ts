import type { Room, RoomId } from '../../domain/room/room.ts';
import type { UserId } from '../../domain/user/user.ts';
import type * as ports from '../ports/index.ts';

/** The caller's rooms with what a list of them shows. */
export class ListMyRooms {
  readonly #directory: ports.RoomDirectory;

  constructor(deps: { readonly directory: ports.RoomDirectory }) {
    this.#directory = deps.directory;
  }

  async execute({ userId }: { readonly userId: UserId }): Promise<readonly ports.RoomSummary[]> {
    return this.#directory.summariesOf(userId);
  }
}

export interface ListPublicRoomsInput {
  readonly query?: string | undefined;
  readonly afterId?: RoomId | undefined;
  readonly limit: number;
}

/** Public rooms, the newest first. */
export class ListPublicRooms {
  readonly #rooms: ports.RoomStore;

  constructor(deps: { readonly rooms: ports.RoomStore }) {
    this.#rooms = deps.rooms;
  }

  async execute({
    query,
    afterId,
    limit,
  }: ListPublicRoomsInput): Promise<{ rooms: readonly Room[]; hasMore: boolean }> {
    const found = await this.#rooms.publicPage({
      limit: limit + 1,
      ...(query ? { query } : {}),
      ...(afterId ? { afterId } : {}),
    });
    return { rooms: found.slice(0, limit), hasMore: found.length > limit };
  }
}
