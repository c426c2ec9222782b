import type { RoomsRequest, RoomStore } from '../../../application/ports/index.ts';
import type { Room, RoomId, RoomSettings } from '../../../domain/room/room.ts';
import type { Access } from './access.ts';
import { positionOf } from './memory-index.ts';
import type { MemoryTables } from './memory-tables.ts';

export class InMemoryRoomStore implements RoomStore {
  readonly #access: Access;
  readonly #tables: MemoryTables;

  constructor(deps: { readonly access: Access; readonly tables: MemoryTables }) {
    this.#access = deps.access;
    this.#tables = deps.tables;
  }

  insert(room: Room): Promise<void> {
    return this.#access.write(() => {
      const { rooms, roomByInviteCode, publicRooms } = this.#tables;
      if (roomByInviteCode.has(room.inviteCode)) throw new Error('A room with this invite code is there already.');
      rooms.insert(room.id, Object.freeze({ ...room }));
      roomByInviteCode.insert(room.inviteCode, room.id);
      if (!room.isPrivate) publicRooms.add('public', room.id);
    });
  }

  byId(id: RoomId): Promise<Room | null> {
    return this.#access.read(() => this.#tables.rooms.get(id) ?? null);
  }

  byInviteCode(code: string): Promise<Room | null> {
    return this.#access.read(() => {
      const id = this.#tables.roomByInviteCode.get(code);
      return (id && this.#tables.rooms.get(id)) ?? null;
    });
  }

  /** Units of work run one after the other, so every room is held already. */
  async lock(id: RoomId): Promise<Room | null> {
    if (!this.#access.canLock) throw new Error('A room is locked inside a unit of work only.');
    return this.byId(id);
  }

  update(id: RoomId, { name, settings }: { readonly name: string; readonly settings: RoomSettings }): Promise<void> {
    return this.#access.write(() => {
      const room = this.#tables.rooms.get(id);
      if (room) this.#tables.rooms.set(id, Object.freeze({ ...room, name, settings: Object.freeze({ ...settings }) }));
    });
  }

  page({ query = '', afterId, limit }: RoomsRequest): Promise<readonly Room[]> {
    return this.#access.read(() =>
      this.#tables.rooms
        .values()
        .filter(({ id, name }) => (!afterId || id < afterId) && name.toLowerCase().includes(query.toLowerCase()))
        .sort((a, b) => (a.id < b.id ? 1 : -1))
        .slice(0, limit),
    );
  }

  publicPage({ query = '', afterId, limit }: RoomsRequest): Promise<readonly Room[]> {
    return this.#access.read(() => {
      const ids = this.#tables.publicRooms.of('public');
      const wanted = query.toLowerCase();
      const page: Room[] = [];
      const end = afterId === undefined ? ids.length : positionOf(ids, afterId);
      for (let index = end - 1; index >= 0 && page.length < limit; index -= 1) {
        const id = ids[index];
        const room = id && this.#tables.rooms.get(id);
        if (room && room.name.toLowerCase().includes(wanted)) page.push(room);
      }
      return page;
    });
  }
}
