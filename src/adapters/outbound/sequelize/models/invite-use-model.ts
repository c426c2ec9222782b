import { DataTypes, type Sequelize } from 'sequelize';
import type { StoredTime } from '../stored-time.ts';
import type { RowModel } from './stored-row.ts';

export interface InviteUseRow {
  readonly invite_id: string;
  readonly user_id: string;
  readonly used_at: StoredTime;
}

export const defineInviteUses = (sequelize: Sequelize): RowModel<InviteUseRow> =>
  sequelize.define(
    'invite_use',
    {
      invite_id: { type: DataTypes.CHAR(36), primaryKey: true },
      user_id: { type: DataTypes.CHAR(36), primaryKey: true },
      used_at: DataTypes.DATE(3),
    },
    { tableName: 'invite_uses' },
  );
