import type { Room, RoomId, RoomSettings } from '../../domain/room/room.ts';

export interface RoomsRequest {
  /** Substring of the name, compared without case; matched literally, wildcards included. */
  readonly query?: string;
  /** Exclusive: the id of the last room of the page before. */
  readonly afterId?: RoomId;
  readonly limit: number;
}

export interface RoomStore {
  insert(room: Room): Promise<void>;

  byId(id: RoomId): Promise<Room | null>;

  byInviteCode(code: string): Promise<Room | null>;

  /**
   * Inside a unit of work: the room, and from here to the end of the unit no other unit holds the same room. Everything
   * that changes who is in a room takes it first. Null when there is no such room.
   */
  lock(id: RoomId): Promise<Room | null>;

  /** Stores name and settings of a room that is there. */
  update(id: RoomId, change: { readonly name: string; readonly settings: RoomSettings }): Promise<void>;

  /** Public rooms, newest id first. */
  publicPage(request: RoomsRequest): Promise<readonly Room[]>;

  /** All rooms, newest id first. */
  page(request: RoomsRequest): Promise<readonly Room[]>;
}
