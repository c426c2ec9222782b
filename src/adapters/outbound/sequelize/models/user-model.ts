import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly email_key: string;
  readonly username: string;
  readonly username_key: string;
  readonly password_hash: string;
  readonly created_at: StoredTime;
  readonly last_seen_at: StoredTime | null;
  readonly disabled_at: StoredTime | null;
  readonly erased_at: StoredTime | null;
}

export const defineUsers = (sequelize: Sequelize): RowModel<UserRow> =>
  sequelize.define(
    'user',
    {
      id: { type: DataTypes.CHAR(36), primaryKey: true },
      email: DataTypes.STRING(254),
      email_key: DataTypes.STRING(255),
      username: DataTypes.STRING(50),
      username_key: DataTypes.STRING(255),
      password_hash: DataTypes.STRING(255),
      created_at: DataTypes.DATE(3),
      last_seen_at: DataTypes.DATE(3),
      disabled_at: DataTypes.DATE(3),
      erased_at: DataTypes.DATE(3),
    },
    { tableName: 'users' },
  );
