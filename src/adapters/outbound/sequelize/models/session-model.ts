import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly refresh_digest: string;
  readonly created_at: StoredTime;
  readonly used_at: StoredTime;
  readonly expires_at: StoredTime;
  readonly ended_at: StoredTime | null;
  readonly user_agent: string;
}

export const defineSessions = (sequelize: Sequelize): RowModel<SessionRow> =>
  sequelize.define(
    'session',
    {
      id: { type: DataTypes.CHAR(36), primaryKey: true },
      user_id: DataTypes.CHAR(36),
      refresh_digest: DataTypes.STRING(128),
      created_at: DataTypes.DATE(3),
      used_at: DataTypes.DATE(3),
      expires_at: DataTypes.DATE(3),
      ended_at: DataTypes.DATE(3),
      user_agent: DataTypes.TEXT,
    },
    { tableName: 'sessions' },
  );
