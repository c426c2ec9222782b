import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface MemberRow {
  readonly room_id: string;
  readonly user_id: string;
  readonly role: string;
  readonly joined_at: StoredTime;
  readonly delivered_seq: number;
  readonly read_seq: number;
}

export const defineMembers = (sequelize: Sequelize): RowModel<MemberRow> =>
  sequelize.define(
    'member',
    {
      room_id: { type: DataTypes.CHAR(36), primaryKey: true },
      user_id: { type: DataTypes.CHAR(36), primaryKey: true },
      role: DataTypes.STRING(16),
      joined_at: DataTypes.DATE(3),
      delivered_seq: DataTypes.BIGINT,
      read_seq: DataTypes.BIGINT,
    },
    { tableName: 'room_members' },
  );
