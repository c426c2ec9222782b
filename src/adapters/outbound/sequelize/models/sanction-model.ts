import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface SanctionRow {
  readonly room_id: string;
  readonly kind: string;
  readonly user_id: string;
  readonly imposed_by: string;
  readonly reason: string | null;
  readonly created_at: StoredTime;
  readonly expires_at: StoredTime | null;
}

export const defineSanctions = (sequelize: Sequelize): RowModel<SanctionRow> =>
  sequelize.define(
    'sanction',
    {
      room_id: { type: DataTypes.CHAR(36), primaryKey: true },
      kind: { type: DataTypes.STRING(32), primaryKey: true },
      user_id: { type: DataTypes.CHAR(36), primaryKey: true },
      imposed_by: DataTypes.CHAR(36),
      reason: DataTypes.STRING(300),
      created_at: DataTypes.DATE(3),
      expires_at: DataTypes.DATE(3),
    },
    { tableName: 'room_sanctions' },
  );
