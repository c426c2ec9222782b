import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface RoomRow {
  readonly id: string;
  readonly name: string;
  /** The name as searches compare it: SQLite folds only ASCII, so it is folded before it is stored. */
  readonly name_key: string;
  readonly is_private: boolean;
  readonly invite_code: string;
  readonly created_by: string;
  readonly created_at: StoredTime;
  readonly slow_mode_seconds: number;
  readonly read_only: boolean;
  /** Both or neither. */
  readonly limit_messages: number | null;
  readonly limit_seconds: number | null;
}

export const defineRooms = (sequelize: Sequelize): RowModel<RoomRow> =>
  sequelize.define(
    'room',
    {
      id: { type: DataTypes.CHAR(36), primaryKey: true },
      name: DataTypes.STRING(120),
      name_key: DataTypes.STRING(360),
      is_private: DataTypes.BOOLEAN,
      invite_code: DataTypes.STRING(128),
      created_by: DataTypes.CHAR(36),
      created_at: DataTypes.DATE(3),
      slow_mode_seconds: DataTypes.INTEGER,
      read_only: DataTypes.BOOLEAN,
      limit_messages: DataTypes.INTEGER,
      limit_seconds: DataTypes.INTEGER,
    },
    { tableName: 'rooms' },
  );
