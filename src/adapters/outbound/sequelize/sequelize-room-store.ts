import type { RoomsRequest, RoomStore } from '../../../application/ports/index.ts';
import type { Room, RoomId, RoomSettings } from '../../../domain/room/room.ts';
import type { UserId } from '../../../domain/user/user.ts';
import type { RoomRow } from './models/room-model.ts';
import { findRow } from './models/stored-row.ts';
import type { Scope } from './scope.ts';
import { msOf } from './stored-time.ts';

export class SequelizeRoomStore implements RoomStore {
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  async insert(room: Room): Promise<void> {
    await this.#scope.write((transaction) => this.#rooms.create(toRow(room), { transaction }));
  }

  async byId(id: RoomId): Promise<Room | null> {
    return this.#find({ id });
  }

  async byInviteCode(code: string): Promise<Room | null> {
    const room = await this.#find({ invite_code: code });
    // MySQL compares as if trailing spaces were not there.
    return room?.inviteCode === code ? room : null;
  }

  async lock(id: RoomId): Promise<Room | null> {
    const row = await this.#scope.read((transaction) =>
      // SQLite ignores the lock and needs none: the unit holds the only writer there is.
      findRow(this.#rooms, { where: { id }, transaction, ...(transaction && { lock: transaction.LOCK.UPDATE }) }),
    );
    return row === null ? null : toRoom(row);
  }

  async update(id: RoomId, change: { readonly name: string; readonly settings: RoomSettings }): Promise<void> {
    const { name, settings } = change;
    const row = { name, name_key: nameKeyOf(name), ...settingsRow(settings) };
    await this.#scope.write((transaction) => this.#rooms.update(row, { where: { id }, transaction }));
  }

  async publicPage(request: RoomsRequest): Promise<readonly Room[]> {
    return this.#page(request, ['is_private = ?'], [false]);
  }

  async page(request: RoomsRequest): Promise<readonly Room[]> {
    return this.#page(request, ['1 = 1'], []);
  }

  async #page(
    { query, afterId, limit }: RoomsRequest,
    conditions: string[],
    values: unknown[],
  ): Promise<readonly Room[]> {
    if (query !== undefined) {
      // INSTR knows no wildcards, so there is nothing to escape.
      conditions.push('INSTR(name_key, ?) > 0');
      values.push(nameKeyOf(query));
    }
    if (afterId !== undefined) {
      conditions.push('id < ?');
      values.push(afterId);
    }
    const sql = `SELECT * FROM rooms WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT ?`;
    const rows = await this.#scope.read((transaction) =>
      this.#scope.database.rows<RoomRow>(sql, [...values, limit], transaction),
    );
    return rows.map(toRoom);
  }

  get #rooms() {
    return this.#scope.database.models.rooms;
  }

  async #find(where: Partial<RoomRow>): Promise<Room | null> {
    const row = await this.#scope.read((transaction) => findRow(this.#rooms, { where, transaction }));
    return row === null ? null : toRoom(row);
  }
}

type SettingsRow = Pick<RoomRow, 'slow_mode_seconds' | 'read_only' | 'limit_messages' | 'limit_seconds'>;

const settingsRow = ({ slowModeSeconds, readOnly, messageLimit }: RoomSettings): SettingsRow => ({
  slow_mode_seconds: slowModeSeconds,
  read_only: readOnly,
  limit_messages: messageLimit?.messages ?? null,
  limit_seconds: messageLimit?.perSeconds ?? null,
});

export const toSettings = (row: SettingsRow): RoomSettings => ({
  slowModeSeconds: row.slow_mode_seconds,
  readOnly: Boolean(row.read_only),
  messageLimit:
    row.limit_messages === null || row.limit_seconds === null
      ? null
      : { messages: row.limit_messages, perSeconds: row.limit_seconds },
});

const nameKeyOf = (name: string): string => name.toLowerCase();

const toRow = (room: Room): RoomRow => ({
  id: room.id,
  name: room.name,
  name_key: nameKeyOf(room.name),
  is_private: room.isPrivate,
  invite_code: room.inviteCode,
  created_by: room.createdBy,
  created_at: new Date(room.createdAtMs),
  ...settingsRow(room.settings),
});

export const toRoom = (row: Omit<RoomRow, 'name_key'>): Room => ({
  id: row.id as RoomId,
  name: row.name,
  // Both databases keep it as a number.
  isPrivate: Boolean(row.is_private),
  inviteCode: row.invite_code,
  createdBy: row.created_by as UserId,
  createdAtMs: msOf(row.created_at),
  settings: toSettings(row),
});
